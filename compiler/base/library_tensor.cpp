// std.tensor. Sums run in double over ascending indices and are rounded once, so that equal arguments give equal bits.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/library.h"
#include "compiler/base/tensor_values.h"

namespace plait::library {
namespace {

Error Fail(FailureKind kind, std::string message) { return {kind, std::move(message), "", {}}; }
Error OutOfRange(std::string message) { return Fail(FailureKind::ArgumentRange, std::move(message)); }

/// A new tensor like `like` with element i = `make(i)`, in the element's precision. Needs f32 or f64.
template <class Make>
Result<Value> MakeFloats(const Tensor& like, std::string_view function, Make make) {
  Tensor made = MakeTensor(like.element, like.shape);
  for (size_t i = 0; i < made.count(); ++i) {
    double number = make(i);
    bool is_single = made.element == TensorElement::F32;
    if (!std::isfinite(is_single ? static_cast<float>(number) : number)) {
      return Fail(FailureKind::Arithmetic, fmt::format("the result of {} holds a number that is not finite", function));
    }
    if (is_single) {
      made.Set<float>(i, static_cast<float>(number));
    } else {
      made.Set<double>(i, number);
    }
  }
  return Value::OfTensor(std::move(made));
}

Result<Value> Finite(double value, std::string_view function) {
  return std::isfinite(value) ? Result<Value>(Value::Float(value))
                              : Fail(FailureKind::Arithmetic, fmt::format("the result of {} is not a finite number", function));
}

Result<void> WantSameShape(const Tensor& x, const Tensor& y, std::string_view function) {
  return x.shape == y.shape
             ? Result<void>()
             : OutOfRange(fmt::format("{} wants tensors of one shape, found {} and {}", function, ShapeText(x.shape), ShapeText(y.shape)));
}

/// The products of two vectors' elements, added up.
double Dot(const Tensor& x, const Tensor& y) {
  double sum = 0;
  for (size_t i = 0; i < x.count(); ++i) {
    sum += x.Number(i) * y.Number(i);
  }
  return sum;
}

/// For each vector along the last dimension `make(first, size)` gives a number; indexed by vector.
template <class Make>
std::vector<double> PerVector(const Tensor& x, Make make) {
  auto size = static_cast<size_t>(x.shape.back());
  std::vector<double> numbers;
  for (size_t first = 0; size > 0 && first < x.count(); first += size) {
    numbers.push_back(make(first, size));
  }
  return numbers;
}

}  // namespace

Result<Value> TensorShape(std::span<const Value> operands) {
  ValueList sizes;
  for (int64_t size : operands[0].AsTensor().shape) {
    sizes.push_back(Value::Int(size));
  }
  return Value::List(std::move(sizes));
}

Result<Value> TensorRows(std::span<const Value> operands) {
  const Tensor& tensor = operands[0].AsTensor();
  ValueList rows;
  for (size_t i = 0; i < static_cast<size_t>(tensor.shape[0]); ++i) {
    rows.push_back(TensorRow(tensor, i));
  }
  return Value::List(std::move(rows));
}

Result<Value> TensorStack(std::span<const Value> operands) {
  const ValueList& rows = operands[0].AsList();
  if (rows.empty()) {
    return OutOfRange("tensor.stack of an empty list");
  }
  const Tensor& first = rows[0].AsTensor();
  Tensor stacked{first.element, {static_cast<int64_t>(rows.size())}, ""};
  stacked.shape.insert(stacked.shape.end(), first.shape.begin(), first.shape.end());
  if (stacked.shape.size() > kMaxTensorRank || !CountElements(stacked.shape)) {
    return OutOfRange(fmt::format("tensor.stack makes no tensor of shape {}", ShapeText(stacked.shape)));
  }
  for (const Value& row : rows) {
    PLAIT_TRY_VOID(WantSameShape(first, row.AsTensor(), "tensor.stack"));
    stacked.data += row.AsTensor().data;
  }
  return Value::OfTensor(std::move(stacked));
}

Result<Value> TensorReshape(std::span<const Value> operands) {
  const Tensor& tensor = operands[0].AsTensor();
  std::vector<int64_t> shape;
  int64_t known = 1;
  std::optional<size_t> open;
  for (const Value& size : operands[1].AsList()) {
    if (size.AsInt() == -1 && !open) {
      open = shape.size();
    } else if (size.AsInt() < 0 || __builtin_mul_overflow(known, size.AsInt(), &known)) {
      return OutOfRange(fmt::format("tensor.reshape wants sizes from 0 on and at most one -1, found {}", ToJson(operands[1])));
    }
    shape.push_back(size.AsInt());
  }
  auto count = static_cast<int64_t>(tensor.count());
  if (open) {
    shape[*open] = known > 0 && count % known == 0 ? count / known : 0;
    known *= shape[*open];
  }
  if (shape.empty() || shape.size() > kMaxTensorRank || known != count) {
    return OutOfRange(fmt::format("tensor.reshape makes no tensor of shape {} from one of shape {}, which has {} elements",
                                  ToJson(operands[1]), ShapeText(tensor.shape), count));
  }
  return Value::OfTensor({tensor.element, std::move(shape), tensor.data});
}

Result<Value> TensorFromBytes(std::span<const Value> operands) {
  const std::string& bytes = operands[0].AsBytes();
  return Value::OfTensor({TensorElement::U8, {static_cast<int64_t>(bytes.size())}, bytes});
}

Result<Value> TensorScale(std::span<const Value> operands) {
  const Tensor& x = operands[0].AsTensor();
  double by = operands[1].AsNumber();
  return MakeFloats(x, "tensor.scale", [&](size_t i) { return x.Number(i) * by; });
}

Result<Value> TensorAdd(std::span<const Value> operands) {
  const Tensor& x = operands[0].AsTensor();
  const Tensor& y = operands[1].AsTensor();
  PLAIT_TRY_VOID(WantSameShape(x, y, "tensor.add"));
  return MakeFloats(x, "tensor.add", [&](size_t i) { return x.Number(i) + y.Number(i); });
}

Result<Value> TensorSoftmax(std::span<const Value> operands) {
  const Tensor& x = operands[0].AsTensor();
  auto size = std::max<size_t>(static_cast<size_t>(x.shape.back()), 1);
  std::vector<double> greatest = PerVector(x, [&](size_t first, size_t count) {
    double best = x.Number(first);
    for (size_t i = 1; i < count; ++i) {
      best = std::max(best, x.Number(first + i));
    }
    return best;
  });
  std::vector<double> sums = PerVector(x, [&](size_t first, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; ++i) {
      sum += std::exp(x.Number(first + i) - greatest[first / size]);
    }
    return sum;
  });
  return MakeFloats(x, "tensor.softmax", [&](size_t i) { return std::exp(x.Number(i) - greatest[i / size]) / sums[i / size]; });
}

Result<Value> TensorNormalize(std::span<const Value> operands) {
  const Tensor& x = operands[0].AsTensor();
  auto size = std::max<size_t>(static_cast<size_t>(x.shape.back()), 1);
  std::vector<double> lengths = PerVector(x, [&](size_t first, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; ++i) {
      sum += x.Number(first + i) * x.Number(first + i);
    }
    return std::sqrt(sum);
  });
  return MakeFloats(x, "tensor.normalize", [&](size_t i) { return lengths[i / size] > 0 ? x.Number(i) / lengths[i / size] : 0.0; });
}

Result<Value> TensorMean(std::span<const Value> operands) {
  const Tensor& x = operands[0].AsTensor();
  if (x.shape[0] == 0) {
    return OutOfRange("tensor.mean of a tensor without rows");
  }
  size_t size = x.row_size();
  auto mean = [&](size_t column) {
    double sum = 0;
    for (size_t row = 0; row < static_cast<size_t>(x.shape[0]); ++row) {
      sum += x.Number(row * size + column);
    }
    return sum / static_cast<double>(x.shape[0]);
  };
  if (x.shape.size() == 1) {
    return Finite(mean(0), "tensor.mean");
  }
  return MakeFloats(MakeTensor(x.element, {x.shape.begin() + 1, x.shape.end()}), "tensor.mean", mean);
}

Result<Value> TensorArgmax(std::span<const Value> operands) {
  const Tensor& x = operands[0].AsTensor();
  if (x.count() == 0) {
    return OutOfRange("tensor.argmax of a vector without elements");
  }
  size_t best = 0;
  for (size_t i = 1; i < x.count(); ++i) {
    best = x.Number(i) > x.Number(best) ? i : best;
  }
  return Value::Int(static_cast<int64_t>(best));
}

Result<Value> TensorDot(std::span<const Value> operands) {
  PLAIT_TRY_VOID(WantSameShape(operands[0].AsTensor(), operands[1].AsTensor(), "tensor.dot"));
  return Finite(Dot(operands[0].AsTensor(), operands[1].AsTensor()), "tensor.dot");
}

Result<Value> TensorCosine(std::span<const Value> operands) {
  const Tensor& x = operands[0].AsTensor();
  const Tensor& y = operands[1].AsTensor();
  PLAIT_TRY_VOID(WantSameShape(x, y, "tensor.cosine"));
  double lengths = std::sqrt(Dot(x, x)) * std::sqrt(Dot(y, y));
  return Finite(lengths > 0 ? Dot(x, y) / lengths : 0.0, "tensor.cosine");
}

Result<Value> TensorMatmul(std::span<const Value> operands) {
  const Tensor& x = operands[0].AsTensor();
  const Tensor& y = operands[1].AsTensor();
  if (x.shape[1] != y.shape[0]) {
    return OutOfRange(fmt::format("tensor.matmul wants as many columns as rows, found {} and {}", ShapeText(x.shape), ShapeText(y.shape)));
  }
  auto inner = static_cast<size_t>(x.shape[1]);
  auto columns = static_cast<size_t>(y.shape[1]);
  std::vector<int64_t> shape = {x.shape[0], y.shape[1]};
  if (!CountElements(shape)) {
    return OutOfRange(fmt::format("tensor.matmul makes no tensor of shape {}", ShapeText(shape)));
  }
  return MakeFloats(MakeTensor(x.element, std::move(shape)), "tensor.matmul", [&](size_t i) {
    double sum = 0;
    for (size_t k = 0; k < inner; ++k) {
      sum += x.Number(i / columns * inner + k) * y.Number(k * columns + i % columns);
    }
    return sum;
  });
}

}  // namespace plait::library
