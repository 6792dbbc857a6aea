// std.tensor, text.encode and text.decode.
#include <doctest/doctest.h>

#include <initializer_list>

#include "compiler/base/operations.h"
#include "compiler/base/tensor_values.h"

namespace plait {
namespace {

Value Vector(std::initializer_list<double> numbers, TensorElement element = TensorElement::F32) {
  Tensor tensor = MakeTensor(element, {static_cast<int64_t>(numbers.size())});
  size_t i = 0;
  for (double number : numbers) {
    if (element == TensorElement::F32) {
      tensor.Set<float>(i++, static_cast<float>(number));
    } else {
      tensor.Set<double>(i++, number);
    }
  }
  return Value::OfTensor(std::move(tensor));
}

Value Sizes(std::initializer_list<int64_t> sizes) {
  ValueList items;
  for (int64_t size : sizes) {
    items.push_back(Value::Int(size));
  }
  return Value::List(std::move(items));
}

std::string Run(Operation operation, std::vector<Value> operands) {
  Result<Value> result = Apply(operation, operands);
  return result.ok() ? ToJson(*result) : std::string(FailureCode(result.error().kind)) + ": " + result.error().message;
}

Value Matrix() { return *Apply(Operation::TensorReshape, std::vector<Value>{Vector({1, 2, 3, 4, 5, 6}), Sizes({2, 3})}); }

}  // namespace

TEST_CASE("shapes, rows and back") {
  CHECK(Run(Operation::TensorShape, {Matrix()}) == "[2, 3]");
  CHECK(Run(Operation::Length, {Matrix()}) == "2");
  CHECK(Run(Operation::TensorRows, {Matrix()}) == "[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]");
  CHECK(Run(Operation::TensorStack, {*Apply(Operation::TensorRows, std::vector{Matrix()})}) == ToJson(Matrix()));
  CHECK(Run(Operation::Index, {Matrix(), Value::Int(1)}) == "[4.0, 5.0, 6.0]");
  CHECK(Run(Operation::Index, {Vector({1, 2}), Value::Int(1)}) == "2.0");
  CHECK(Run(Operation::Index, {Matrix(), Value::Int(2)}) == "index-range: index 2 is outside a tensor of 2 rows");
  CHECK(Run(Operation::Equal, {Matrix(), Matrix()}) == "true");
  CHECK(Run(Operation::TensorReshape, {Matrix(), Sizes({-1, 2})}) == "[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]");
  CHECK(Run(Operation::TensorReshape, {Matrix(), Sizes({4, -1})}) ==
        "argument-range: tensor.reshape makes no tensor of shape [4, -1] from one of shape [2, 3], which has 6 elements");
  CHECK(Run(Operation::TensorReshape, {Matrix(), Sizes({-1, -1})}).starts_with("argument-range"));
  CHECK(Run(Operation::TensorStack, {Value::List({})}) == "argument-range: tensor.stack of an empty list");
  CHECK(Run(Operation::TensorStack, {Value::List({Vector({1}), Vector({1, 2})})}) ==
        "argument-range: tensor.stack wants tensors of one shape, found [1] and [2]");
  CHECK(Run(Operation::TensorFromBytes, {Value::Bytes(std::string("\0\xff", 2))}) == "[0, 255]");
}

TEST_CASE("arithmetic on elements") {
  CHECK(Run(Operation::TensorScale, {Vector({1, -2}), Value::Float(0.5)}) == "[0.5, -1.0]");
  CHECK(Run(Operation::TensorAdd, {Vector({1, 2}), Vector({3, 4})}) == "[4.0, 6.0]");
  CHECK(Run(Operation::TensorAdd, {Vector({1, 2}), Vector({3})}) ==
        "argument-range: tensor.add wants tensors of one shape, found [2] and [1]");
  CHECK(Run(Operation::TensorScale, {Vector({3e38}), Value::Float(10)}) ==
        "arithmetic: the result of tensor.scale holds a number that is not finite");
  CHECK(Run(Operation::TensorScale, {Vector({3e38}, TensorElement::F64), Value::Float(10)}) == "[3e+39]");
  CHECK(Run(Operation::TensorMean, {Matrix()}) == "[2.5, 3.5, 4.5]");
  CHECK(Run(Operation::TensorMean, {Vector({1, 2})}) == "1.5");
  CHECK(Run(Operation::TensorMean, {Vector({})}) == "argument-range: tensor.mean of a tensor without rows");
}

TEST_CASE("along the last dimension") {
  CHECK(Run(Operation::TensorSoftmax, {Vector({0, 0, 0, 0})}) == "[0.25, 0.25, 0.25, 0.25]");
  CHECK(Run(Operation::TensorSoftmax, {Vector({1000, 1000}, TensorElement::F64)}) == "[0.5, 0.5]");
  CHECK(Run(Operation::TensorSoftmax, {Vector({})}) == "[]");
  CHECK(Run(Operation::TensorNormalize, {Vector({3, 4})}) == "[0.6, 0.8]");
  CHECK(Run(Operation::TensorNormalize, {Vector({0, 0})}) == "[0.0, 0.0]");
  // Each row by itself.
  CHECK(Run(Operation::TensorNormalize, {*Apply(Operation::TensorReshape, std::vector<Value>{Vector({3, 4, 0, 2}), Sizes({2, 2})})}) ==
        "[[0.6, 0.8], [0.0, 1.0]]");
}

TEST_CASE("vectors and matrices") {
  CHECK(Run(Operation::TensorArgmax, {Vector({1, 5, 5})}) == "1");
  CHECK(Run(Operation::TensorArgmax, {Vector({})}) == "argument-range: tensor.argmax of a vector without elements");
  CHECK(Run(Operation::TensorDot, {Vector({1, 2}), Vector({3, 4})}) == "11.0");
  CHECK(Run(Operation::TensorCosine, {Vector({1, 0}), Vector({0, 2})}) == "0.0");
  CHECK(Run(Operation::TensorCosine, {Vector({2, 0}), Vector({5, 0})}) == "1.0");
  CHECK(Run(Operation::TensorCosine, {Vector({0}), Vector({1})}) == "0.0");
  Value columns = *Apply(Operation::TensorReshape, std::vector<Value>{Vector({1, 0, 0, 1, 1, 1}), Sizes({3, 2})});
  CHECK(Run(Operation::TensorMatmul, {Matrix(), columns}) == "[[4.0, 5.0], [10.0, 11.0]]");
  CHECK(Run(Operation::TensorMatmul, {Matrix(), Matrix()}) ==
        "argument-range: tensor.matmul wants as many columns as rows, found [2, 3] and [2, 3]");
}

TEST_CASE("texts and their bytes") {
  CHECK(Apply(Operation::TextEncode, std::vector{Value::String("ä")})->AsBytes() == "\xc3\xa4");
  CHECK(Run(Operation::TextDecode, {Value::Bytes("\xc3\xa4")}) == "\"ä\"");
  CHECK(Run(Operation::TextDecode, {Value::Bytes("a\xc3")}) == "argument-range: text.decode wants UTF-8, and byte 1 begins no character");
  CHECK(Run(Operation::Length, {Value::Bytes("\xc3\xa4")}) == "2");
  CHECK(Run(Operation::Display, {Value::Bytes("hi")}) == "\"aGk=\"");
}

}  // namespace plait
