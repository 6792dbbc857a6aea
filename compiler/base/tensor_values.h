// Between tensors and bytes on the one side and what JSON can hold on the other.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "compiler/base/result.h"
#include "compiler/base/type.h"
#include "compiler/base/value.h"

namespace plait {

/// One element: a float, an int or a bool.
Value ElementValue(const Tensor& tensor, size_t index);
/// Row `index` of the first dimension: a tensor with one dimension less, of a vector an element. Needs the row to be there.
Value TensorRow(const Tensor& tensor, size_t index);
/// Nested lists of elements.
Value TensorToLists(const Tensor& tensor);

/// Nested lists, or a tensor of other elements, as a tensor of the type `type`. Numbers that the element type cannot hold, ragged lists and
/// another depth or size than the type's fail with `input-mismatch`, whose place begins with `path`. Ints become floats; a float becomes an
/// int only where it is whole. A float is rounded to f32.
Result<Value> ToTensor(const Value& value, const Type& type, const std::string& path);

/// Text in base64 (RFC 4648, with padding) as bytes. Fails with `input-mismatch`, whose place is `path`.
Result<Value> BytesFromText(const std::string& text, const std::string& path);
/// Bytes in base64.
std::string BytesToText(std::string_view bytes);

/// What `ConstantText` writes in brackets behind a type, as the value: text for `bytes`, lists for a tensor whose dimensions are sizes.
/// Nothing where it is not that.
std::optional<Value> FromTagged(const Type& type, const Value& content);

/// A tensor as its lists, bytes as their text; everything else as it is.
Value AsPlain(const Value& value);

/// The sizes that the variables of a call's dimensions have.
class DimBindings {
 public:
  /// Every tensor of the value against the sizes and variables of its type; a variable that is new takes its size. Fails with `kind`
  /// and words that name the dimension and both sizes: "`x` has 3 for `b` where `y` has 2". `what` names the value.
  Result<void> Bind(const Value& value, const Type& type, const std::string& what, FailureKind kind);

 private:
  Result<void> BindTensor(const Tensor& tensor, const Type& type, const std::string& what, FailureKind kind);

  struct Bound {
    int64_t size = 0;
    std::string by;
  };
  std::map<std::string, Bound> sizes_;
};

}  // namespace plait
