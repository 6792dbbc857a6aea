// The data that flows through a program: what a request carries, a constant holds and a model answers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/base/tensor.h"

namespace plait {

class Value;
class ValueStream;
using ValueList = std::vector<Value>;
/// Fields in declaration order; names are unique.
using ValueFields = std::vector<std::pair<std::string, Value>>;

/// An immutable value. Copies share lists and records. `==` is structural; an int never equals a float. A stream is the one kind that is
/// no data: it is read once, equals only itself, and has no JSON.
class Value {
 public:
  Value() = default;  // null
  static Value Bool(bool value) { return Value(Data(value)); }
  static Value Int(int64_t value) { return Value(Data(value)); }
  static Value Float(double value) { return Value(Data(value)); }
  static Value String(std::string value) { return Value(Data(std::make_shared<const std::string>(std::move(value)))); }
  /// Any bytes, not text. In JSON they are text in base64.
  static Value Bytes(std::string value) { return Value(Data(std::make_shared<const ByteString>(ByteString{std::move(value)}))); }
  /// In JSON nested lists.
  static Value OfTensor(Tensor tensor) { return Value(Data(std::make_shared<const Tensor>(std::move(tensor)))); }
  static Value List(ValueList items) { return Value(Data(std::make_shared<const ValueList>(std::move(items)))); }
  static Value Record(ValueFields fields) { return Value(Data(std::make_shared<const ValueFields>(std::move(fields)))); }
  static Value Stream(std::shared_ptr<ValueStream> stream) { return Value(Data(std::move(stream))); }

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  [[nodiscard]] bool is_bool() const { return std::holds_alternative<bool>(data_); }
  [[nodiscard]] bool is_int() const { return std::holds_alternative<int64_t>(data_); }
  [[nodiscard]] bool is_float() const { return std::holds_alternative<double>(data_); }
  [[nodiscard]] bool is_string() const { return std::holds_alternative<StringPointer>(data_); }
  [[nodiscard]] bool is_list() const { return std::holds_alternative<ListPointer>(data_); }
  [[nodiscard]] bool is_record() const { return std::holds_alternative<RecordPointer>(data_); }
  [[nodiscard]] bool is_stream() const { return std::holds_alternative<StreamPointer>(data_); }
  [[nodiscard]] bool is_bytes() const { return std::holds_alternative<BytesPointer>(data_); }
  [[nodiscard]] bool is_tensor() const { return std::holds_alternative<TensorPointer>(data_); }

  // Each accessor needs the value to be of its kind.
  [[nodiscard]] bool AsBool() const { return std::get<bool>(data_); }
  [[nodiscard]] int64_t AsInt() const { return std::get<int64_t>(data_); }
  [[nodiscard]] double AsFloat() const { return std::get<double>(data_); }
  [[nodiscard]] const std::string& AsString() const { return *std::get<StringPointer>(data_); }
  [[nodiscard]] const ValueList& AsList() const { return *std::get<ListPointer>(data_); }
  [[nodiscard]] const ValueFields& AsRecord() const { return *std::get<RecordPointer>(data_); }
  [[nodiscard]] const std::shared_ptr<ValueStream>& AsStream() const { return std::get<StreamPointer>(data_); }
  [[nodiscard]] const std::string& AsBytes() const { return std::get<BytesPointer>(data_)->bytes; }
  [[nodiscard]] const Tensor& AsTensor() const { return *std::get<TensorPointer>(data_); }

  /// An int or a float as a float. Needs one of the two.
  [[nodiscard]] double AsNumber() const { return is_int() ? static_cast<double>(AsInt()) : AsFloat(); }
  /// The field of that name, or nothing where the value is no record or has no such field.
  [[nodiscard]] const Value* Field(std::string_view name) const;
  /// "null", "a boolean", "an integer", "a number", "a string", "a list", "an object", "a stream", "bytes", "a tensor": for messages.
  [[nodiscard]] std::string_view KindName() const;

  bool operator==(const Value& other) const;

 private:
  /// A type of its own, so that bytes are no string.
  struct ByteString {
    std::string bytes;
  };
  using StringPointer = std::shared_ptr<const std::string>;
  using ListPointer = std::shared_ptr<const ValueList>;
  using RecordPointer = std::shared_ptr<const ValueFields>;
  using StreamPointer = std::shared_ptr<ValueStream>;
  using BytesPointer = std::shared_ptr<const ByteString>;
  using TensorPointer = std::shared_ptr<const Tensor>;
  using Data = std::variant<std::monostate, bool, int64_t, double, StringPointer, ListPointer, RecordPointer, StreamPointer, BytesPointer,
                            TensorPointer>;

  explicit Value(Data data) : data_(std::move(data)) {}

  Data data_;
};

struct JsonStyle {
  /// One line when false; two spaces a level when true, with lists and records that fit in 100 columns kept on one line.
  bool pretty = false;
  /// Whether bytes and tensors say what they are: `bytes("aGk=")`, `tensor<f32>[2]([1.0, 2.5])`. Then it is no JSON where it holds any.
  bool tagged = false;
};

/// The value as JSON text. Floats are written with the fewest digits that read back to the same bits and always
/// carry a `.` or an exponent, so that they read back as floats; ints never do.
std::string ToJson(const Value& value, const JsonStyle& style = {});

/// How graphs and plans write a constant: JSON on one line, with tags.
std::string ConstantText(const Value& value);

/// The int that equals the float, if there is one.
std::optional<int64_t> WholeNumber(double value);

/// The fewest digits that read back to the same float, always with a `.` or an exponent.
std::string FormatFloat(double value);

/// A JSON string literal with its quotes. Bytes of valid UTF-8 from U+0080 on are kept as they are.
std::string QuoteJson(std::string_view text);

}  // namespace plait
