#include "compiler/base/tensor.h"

#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plait {
namespace {

struct ElementInfo {
  std::string_view name;
  size_t size;
};

constexpr std::array kElements = {
#define X(type, name, cpp) ElementInfo{name, sizeof(cpp)},
#include "compiler/base/element_types.def"
#undef X
};

}  // namespace

std::string_view ElementTypeName(TensorElement type) { return kElements[static_cast<size_t>(type)].name; }
size_t ElementBytes(TensorElement type) { return kElements[static_cast<size_t>(type)].size; }

std::optional<TensorElement> ElementTypeFromName(std::string_view name) {
  for (size_t i = 0; i < kElements.size(); ++i) {
    if (kElements[i].name == name) {
      return static_cast<TensorElement>(i);
    }
  }
  return std::nullopt;
}

std::string ElementTypeNames() {
  std::string names;
  for (const ElementInfo& info : kElements) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", info.name);
  }
  return names;
}

size_t Tensor::row_size() const {
  size_t size = 1;
  for (size_t i = 1; i < shape.size(); ++i) {
    size *= static_cast<size_t>(shape[i]);
  }
  return size;
}

double Tensor::Number(size_t index) const {
  return VisitElement(element, [&](auto kind) { return static_cast<double>(At<decltype(kind)>(index)); });
}

std::optional<int64_t> CountElements(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(count, size, &count)) {
      return std::nullopt;
    }
  }
  return count <= kMaxTensorElements ? std::optional(count) : std::nullopt;
}

Tensor MakeTensor(TensorElement element, std::vector<int64_t> shape) {
  auto count = static_cast<size_t>(CountElements(shape).value_or(0));
  return {element, std::move(shape), std::string(count * ElementBytes(element), '\0')};
}

std::string ShapeText(const std::vector<int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

}  // namespace plait
