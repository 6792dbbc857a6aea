// Tensors and bytes as values: types, JSON, dimensions, text of constants.
#include <doctest/doctest.h>

#include "compiler/base/convert.h"
#include "compiler/base/digest.h"
#include "compiler/base/method_signature.h"
#include "compiler/base/operations.h"
#include "compiler/base/tensor_values.h"

namespace plait {
namespace {

Type TypeOf(std::string_view text) {
  std::optional<Type> type = ParseType(text);
  REQUIRE(type);
  return *type;
}

Value Numbers(const std::vector<double>& numbers) {
  ValueList items;
  for (double number : numbers) {
    items.push_back(Value::Float(number));
  }
  return Value::List(std::move(items));
}

/// The value as that type in JSON, or the place and the words of the fault.
std::string Converted(const Value& value, std::string_view type) {
  Result<Value> result = ConvertValue(value, TypeOf(type), {}, Conversion::Input, "$.x");
  return result.ok() ? ToJson(*result) : result.error().place + ": " + result.error().message;
}

Value TensorOf(const Value& lists, std::string_view type) {
  Result<Value> tensor = ToTensor(lists, TypeOf(type), "");
  REQUIRE(tensor.ok());
  return *tensor;
}

}  // namespace

TEST_CASE("types of tensors are spelled and read back") {
  for (std::string_view text :
       {"tensor<f32>[b, 3, 224]", "tensor<bool>[_]", "[tensor<i64>[n]]?", "bytes", "{ a: bytes, t: tensor<u8>[0] }"}) {
    CHECK(TypeOf(text).ToString() == text);
  }
  for (std::string_view text : {"tensor<f16>[3]", "tensor<f32>[]", "tensor<f32>", "tensor<f32>[03]", "tensor<f32>[3", "tensor<f32>[-1]"}) {
    CHECK_FALSE(ParseType(text));
  }
  CHECK(RowOf(TypeOf("tensor<f32>[b, 3]")) == TypeOf("tensor<f32>[3]"));
  CHECK(RowOf(TypeOf("tensor<u8>[b]")) == Type::Of(TypeKind::Int));
}

TEST_CASE("nested lists become tensors, and faults name their place") {
  Value matrix = Value::List({Numbers({1, 2}), Numbers({3, 0.1})});
  CHECK(Converted(matrix, "tensor<f32>[2, n]") == "[[1.0, 2.0], [3.0, 0.1]]");
  CHECK(Converted(matrix, "tensor<f64>[a, a]") == "[[1.0, 2.0], [3.0, 0.1]]");
  CHECK(Converted(Value::List({Value::Int(255), Value::Float(7)}), "tensor<u8>[n]") == "[255, 7]");
  CHECK(Converted(Value::List({}), "tensor<f32>[n, 3]") == "[]");
  CHECK(Converted(Value::List({Value::Bool(true)}), "tensor<bool>[1]") == "[true]");

  CHECK(Converted(matrix, "tensor<f32>[3, n]") == "$.x: expected tensor<f32>[3, n], found 2 for dimension 0, which is 3");
  CHECK(Converted(matrix, "tensor<f32>[n]") == "$.x[0]: expected an element of tensor<f32>[n], found a list");
  CHECK(Converted(matrix, "tensor<f32>[a, b, c]") ==
        "$.x[0][0]: expected tensor<f32>[a, b, c], whose lists nest 3 deep, found a number at depth 2");
  CHECK(Converted(Value::List({Numbers({1, 2}), Numbers({3})}), "tensor<f32>[a, b]") ==
        "$.x[1]: expected tensor<f32>[a, b], found 1 items here and 2 in the first list of this depth");
  CHECK(Converted(Value::List({Numbers({1}), Numbers({3})}), "tensor<f32>[a, a]") ==
        "$.x: expected tensor<f32>[a, a], found the sizes 2 and 1 for `a`");
  CHECK(Converted(Value::List({Value::Int(256)}), "tensor<u8>[n]") == "$.x[0]: expected an element of tensor<u8>[n], found an integer 256");
  CHECK(Converted(Value::List({Value::Float(0.5)}), "tensor<i64>[n]") ==
        "$.x[0]: expected an element of tensor<i64>[n], found a number 0.5");
  CHECK(Converted(Value::List({Value::Float(1e300)}), "tensor<f32>[n]") ==
        "$.x[0]: expected an element of tensor<f32>[n], found a number 1e+300");
  CHECK(Converted(Value::String("a"), "tensor<f32>[n]") == "$.x: expected tensor<f32>[n], found a string \"a\"");
}

TEST_CASE("tensors change their elements and become lists again") {
  Value bytes = TensorOf(Value::List({Value::Int(1), Value::Int(2)}), "tensor<u8>[n]");
  CHECK(*ToTensor(bytes, TypeOf("tensor<f32>[2]"), "") == TensorOf(Numbers({1, 2}), "tensor<f32>[2]"));
  CHECK_FALSE(bytes == TensorOf(Numbers({1, 2}), "tensor<f32>[2]"));
  CHECK(*CastValue(bytes, TypeOf("[float]"), {}) == Numbers({1, 2}));
  CHECK_FALSE(CastValue(bytes, TypeOf("[string]"), {}).ok());
  CHECK_FALSE(ToTensor(bytes, TypeOf("tensor<f32>[3]"), "").ok());
  CHECK(ValueFits(bytes, TypeOf("tensor<u8>[n]"), {}));
  CHECK(ValueFits(bytes, Type::Of(TypeKind::Json), {}));
  CHECK_FALSE(ValueFits(bytes, TypeOf("tensor<u8>[3]"), {}));
  CHECK_FALSE(ValueFits(bytes, TypeOf("[int]"), {}));
  Value stand_in = Value::OfTensor(MakeTensor(TensorElement::F32, {0, 0}));
  CHECK(ValueFits(stand_in, TypeOf("tensor<f32>[512, 768]"), {}));
  CHECK_FALSE(ValueFits(stand_in, TypeOf("tensor<f32>[512]"), {}));
  CHECK_FALSE(ToTensor(stand_in, TypeOf("tensor<f32>[512, 768]"), "").ok());
}

TEST_CASE("bytes are base64 in JSON, in its one form") {
  CHECK(Converted(Value::String("AP8="), "bytes") == "\"AP8=\"");
  CHECK(ConvertValue(Value::String("AP8="), TypeOf("bytes"), {}, Conversion::Input, "$")->AsBytes() == std::string("\0\xff", 2));
  for (const char* text : {"AP8", "AP9=", "A P8=", "AP8=\n", "====", "AP-_"}) {
    CHECK(Converted(Value::String(text), "bytes") == "$.x: expected bytes as text in base64, with padding, found other text");
  }
  CHECK(Converted(Value::Int(1), "bytes") == "$.x: expected bytes, found an integer 1");
  CHECK_FALSE(Value::Bytes("a") == Value::String("a"));
}

TEST_CASE("constants say that they are bytes or tensors") {
  Value value = Value::Record({{"b", Value::Bytes("hi")}, {"t", TensorOf(Numbers({0.1}), "tensor<f32>[1]")}});
  CHECK(ConstantText(value) == R"({"b": bytes("aGk="), "t": tensor<f32>[1]([0.1])})");
  CHECK(ToJson(value) == R"({"b": "aGk=", "t": [0.1]})");
}

TEST_CASE("the names of dimensions have one size in a call") {
  DimBindings dims;
  Value row = TensorOf(Numbers({1, 2}), "tensor<f32>[n]");
  CHECK(dims.Bind(row, TypeOf("tensor<f32>[b]"), "`x`", FailureKind::ArgumentRange).ok());
  CHECK(dims.Bind(row, TypeOf("tensor<f32>[_]"), "`y`", FailureKind::ArgumentRange).ok());
  Result<void> other = dims.Bind(TensorOf(Numbers({1}), "tensor<f32>[n]"), TypeOf("tensor<f32>[b]"), "`z`", FailureKind::ArgumentRange);
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().message == "`z` has size 1 for the dimension `b`, `x` has 2");
  Result<void> fixed = dims.Bind(row, TypeOf("tensor<f32>[3]"), "`w`", FailureKind::ArgumentRange);
  REQUIRE_FALSE(fixed.ok());
  CHECK(fixed.error().message == "`w` has size 2 in dimension 0, expected 3 of tensor<f32>[3]");
}

TEST_CASE("signatures are spelled, read back and tell their batch") {
  for (std::string_view text : {"f(x: tensor<f32>[b, 3], k: int) -> tensor<f32>[b]", "g() -> { a: [tensor<f32>[n]], b: string }"}) {
    std::optional<MethodSignature> signature = ParseMethodSignature(text);
    REQUIRE(signature);
    CHECK(signature->ToString() == text);
  }
  for (std::string_view text : {"f", "f(", "f(x)", "f(x: int) ->", "f(x: int) -> int, y", "(x: int) -> int"}) {
    CHECK_FALSE(ParseMethodSignature(text));
  }
  auto batch = [](std::string_view text) { return ParseMethodSignature(text)->BatchDim().value_or("none"); };
  CHECK(batch("f(x: tensor<f32>[b, 3], k: int) -> { y: tensor<f32>[b], z: tensor<i64>[b, 2] }") == "b");
  CHECK(batch("f(x: tensor<f32>[b], y: tensor<f32>[c]) -> tensor<f32>[b]") == "none");
  CHECK(batch("f(x: tensor<f32>[b]) -> int") == "none");
  CHECK(batch("f(x: tensor<f32>[3]) -> tensor<f32>[3]") == "none");
  CHECK(batch("f(x: tensor<f32>[_]) -> tensor<f32>[_]") == "none");
}

TEST_CASE("digests are those of FIPS 180-4") {
  CHECK(Sha256Digest("abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace plait
