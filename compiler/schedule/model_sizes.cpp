#include "compiler/schedule/model_sizes.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "compiler/base/model_options.h"

namespace plait::schedule {
namespace {

constexpr double kFloatBytes = 4;

/// As the folder says, or those of the model that most programs take for a task.
double WeightsOf(const ir::Model& model, const std::optional<ModelFacts>& facts) {
  if (facts && facts->weight_elements > 0) {
    return static_cast<double>(facts->weight_elements);
  }
  if (facts && facts->weight_bytes > 0) {
    return static_cast<double>(facts->weight_bytes) / kFloatBytes;
  }
  if (model.task == "text.ZeroShot") {
    return 355e6;
  }
  if (model.task == "text.Embedder") {
    return 22.7e6;
  }
  return model.task == "text.Generator" ? 124e6 : 109e6;
}

/// What linear layers store a weight as.
double BytesEach(const ir::Model& model, const std::optional<ModelFacts>& facts) {
  const std::optional<Precision> precision = PrecisionOf(model.options);
  if (precision == Precision::Int8) {
    return 1;
  }
  return precision == Precision::Bf16 || (facts && facts->stores_bf16) ? 2 : kFloatBytes;
}

}  // namespace

ModelSizes SizesOf(const ir::Model& model, const std::optional<ModelFacts>& facts) {
  ModelSizes sizes{768, 12, 3072, 30522, 512, kFloatBytes, false};
  if (model.task == "text.Generator") {
    sizes = {768, 12, 3072, 50257, 1024, kFloatBytes, true};
  } else if (model.task == "text.ZeroShot") {
    sizes = {1024, 24, 4096, 50265, 512, kFloatBytes, false};
  } else if (model.task == "text.Embedder") {
    sizes = {384, 6, 1536, 30522, 512, kFloatBytes, false};
  }
  if (facts && facts->hidden_size > 0) {
    auto number = [](int64_t count) { return static_cast<double>(count); };
    sizes = {number(facts->hidden_size), number(facts->num_hidden_layers), number(facts->intermediate_size),
             number(facts->vocab_size),  number(facts->max_positions),     kFloatBytes,
             sizes.is_generator};
  }
  sizes.bytes_each = BytesEach(model, facts);
  return sizes;
}

int64_t LoadedBytes(const ir::Model& model, const std::optional<ModelFacts>& facts) {
  if (!model.methods.empty()) {
    return facts ? facts->weight_bytes : kAssumedCodeBytes;
  }
  const ModelSizes sizes = SizesOf(model, facts);
  const double all = WeightsOf(model, facts);
  const double linear = std::min(all, sizes.LayerWeights() + sizes.ProjectionWeights());
  return static_cast<int64_t>(linear * sizes.bytes_each + (all - linear) * kFloatBytes);
}

int64_t DraftBytes(const ir::Model& model, const std::optional<ModelFacts>& facts) {
  const ModelSizes sizes = SizesOf(model, facts);
  return sizes.is_generator && sizes.bytes_each > 1 ? static_cast<int64_t>(sizes.LayerWeights() + sizes.ProjectionWeights()) : 0;
}

std::string MemoryText(int64_t bytes) {
  static constexpr std::array<std::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  constexpr double kStep = 1024;
  auto number = static_cast<double>(bytes);
  size_t unit = 0;
  while (number >= kStep && unit + 1 < kUnits.size()) {
    number /= kStep;
    ++unit;
  }
  return fmt::format("{:.3g} {}", number, kUnits[unit]);
}

}  // namespace plait::schedule
