// Tensors as plain data: what models of one's own take and give.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plait {

enum class TensorElement : uint8_t {
#define X(type, name, cpp) type,
#include "compiler/base/element_types.def"
#undef X
};

/// "f32".
std::string_view ElementTypeName(TensorElement type);
std::optional<TensorElement> ElementTypeFromName(std::string_view name);
/// "f32, f64, i32, i64, u8, bool".
std::string ElementTypeNames();
/// Bytes of one element.
size_t ElementBytes(TensorElement type);
inline bool IsFloating(TensorElement type) { return type == TensorElement::F32 || type == TensorElement::F64; }

/// No tensor has more dimensions, so that its lists nest no deeper than a request may.
inline constexpr size_t kMaxTensorRank = 16;
/// No tensor has more elements.
inline constexpr int64_t kMaxTensorElements = int64_t{1} << 31;

/// Elements in row-major order. `data` has `ElementBytes` bytes an element, in this machine's byte order; a bool is 0 or 1.
struct Tensor {
  TensorElement element = TensorElement::F32;
  /// At least one dimension, none below 0.
  std::vector<int64_t> shape;
  std::string data;

  [[nodiscard]] size_t count() const { return data.size() / ElementBytes(element); }
  /// Elements of one row: of everything behind the first dimension.
  [[nodiscard]] size_t row_size() const;

  /// Element `index` in row-major order; T must be the element's C++ type.
  template <class T>
  [[nodiscard]] T At(size_t index) const {
    T value;
    std::memcpy(&value, data.data() + index * sizeof(T), sizeof(T));
    return value;
  }
  template <class T>
  void Set(size_t index, T value) {
    std::memcpy(data.data() + index * sizeof(T), &value, sizeof(T));
  }
  /// An element as a double, whatever its type; an i64 beyond 2^53 is rounded.
  [[nodiscard]] double Number(size_t index) const;

  /// By bits: a NaN equals itself.
  bool operator==(const Tensor& other) const = default;
};

/// All zero.
Tensor MakeTensor(TensorElement element, std::vector<int64_t> shape);
/// "[2, 3]".
std::string ShapeText(const std::vector<int64_t>& shape);
/// The number of elements; nothing where it is beyond `kMaxTensorElements` or a dimension is negative.
std::optional<int64_t> CountElements(const std::vector<int64_t>& shape);

/// Calls `visit` with a value of the element's C++ type.
template <class Visitor>
auto VisitElement(TensorElement type, Visitor visit) {
  switch (type) {
#define X(element, name, cpp)  \
  case TensorElement::element: \
    return visit(cpp{});
#include "compiler/base/element_types.def"
#undef X
  }
  return visit(float{});
}

}  // namespace plait
