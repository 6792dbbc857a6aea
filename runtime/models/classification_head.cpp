#include "runtime/models/classification_head.h"

#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/nn/random_init.h"

namespace plait {
namespace {

/// The tensors of a layer that the checkpoint lacks.
std::vector<std::string> MissingTensors(const WeightReader& reader, const HeadLayerSpec& layer) {
  std::vector<std::string> missing;
  for (const char* part : {".weight", ".bias"}) {
    if (!reader.Has(layer.name_in_checkpoint + part)) {
      missing.push_back(fmt::format("`{}{}`", layer.name, part));
    }
  }
  return missing;
}

Error Untrained(const WeightReader& reader, const std::vector<std::string>& missing) {
  Error error{FailureKind::UntrainedHead,
              fmt::format("the checkpoint has no trained classification head: it lacks {}", fmt::join(missing, ", ")),
              reader.checkpoint().folder(),
              {}};
  return std::move(error).WithNote("fix", "use a checkpoint trained for classification, or `head: random(seed: 0)` for a random head");
}

/// The weights of the layers to draw, by name: one stream of random numbers in the order of the names.
std::map<std::string, std::vector<float>> DrawWeights(const HeadSpec& spec, const std::map<std::string, const HeadLayerSpec*>& layers) {
  RandomInit random(*spec.random_seed);
  std::map<std::string, std::vector<float>> weights;
  for (const auto& [name, layer] : layers) {
    weights[name] = random.Normal(layer->out_features * layer->in_features, spec.initializer_range);
  }
  return weights;
}

}  // namespace

Result<ClassificationHead> ClassificationHead::Load(WeightReader& reader, const HeadSpec& spec) {
  std::vector<std::string> missing;
  std::map<std::string, const HeadLayerSpec*> drawable;
  for (const HeadLayerSpec& layer : spec.layers) {
    std::vector<std::string> names = MissingTensors(reader, layer);
    if (!names.empty() || !layer.is_part_of_base) {
      drawable[layer.name] = &layer;
    }
    missing.insert(missing.end(), names.begin(), names.end());
  }
  if (!missing.empty() && !spec.random_seed) {
    return Untrained(reader, missing);
  }
  std::map<std::string, std::vector<float>> drawn;
  if (!missing.empty()) {
    drawn = DrawWeights(spec, drawable);
  }
  ClassificationHead head;
  for (const HeadLayerSpec& layer : spec.layers) {
    if (auto found = drawn.find(layer.name); found != drawn.end()) {
      head.layers_.push_back(
          {LinearLayer::FromValues(reader.form(), found->second, layer.in_features, layer.out_features), layer.activation});
      continue;
    }
    PLAIT_TRY(LinearLayer linear,
              LinearLayer::Load(
                  reader, {.names = {layer.name_in_checkpoint}, .in_features = layer.in_features, .out_features = layer.out_features}));
    head.layers_.push_back({std::move(linear), layer.activation});
  }
  return head;
}

int64_t ClassificationHead::weights() const {
  int64_t sum = 0;
  for (const Layer& layer : layers_) {
    sum += layer.linear.weights();
  }
  return sum;
}

int64_t ClassificationHead::bytes() const {
  int64_t sum = 0;
  for (const Layer& layer : layers_) {
    sum += layer.linear.bytes();
  }
  return sum;
}

std::vector<float> ClassificationHead::Forward(const at::Tensor& hidden, ThreadTeam& team) const {
  const int64_t rows = hidden.size(0);
  const auto* input = hidden.const_data_ptr<float>();
  std::vector<float> x(input, input + hidden.numel());
  for (const Layer& layer : layers_) {
    std::vector<float> y(static_cast<size_t>(rows * layer.linear.out_features()));
    layer.linear.Forward(x.data(), rows, y.data(), {.activation = layer.activation}, team);
    x = std::move(y);
  }
  return x;
}

}  // namespace plait
