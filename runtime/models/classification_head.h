// The dense layers between an encoder's first token and the labels: the checkpoint's own, or drawn from a seed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compiler/base/result.h"
#include "runtime/nn/linear_layer.h"

namespace plait {

struct HeadLayerSpec {
  /// As transformers calls it, whatever prefix the checkpoint leaves out. Random weights are drawn in the order of these names.
  std::string name;
  int64_t in_features = 0;
  int64_t out_features = 0;
  Activation activation = Activation::None;
  /// BERT's pooler belongs to the base model: where it is there it is read, even if the rest of the head is drawn.
  bool is_part_of_base = false;
  /// As the checkpoint calls it.
  std::string name_in_checkpoint = {};
};

struct HeadSpec {
  std::vector<HeadLayerSpec> layers;
  /// Standard deviation of random weights.
  double initializer_range = 0.02;
  std::optional<uint64_t> random_seed;
};

class ClassificationHead {
 public:
  /// Where any tensor of the head is missing, all of it is drawn from the seed; without a seed that fails with `untrained-head`.
  static Result<ClassificationHead> Load(WeightReader& reader, const HeadSpec& spec);

  /// Logits [batch, labels] from hidden states [batch, hidden].
  [[nodiscard]] std::vector<float> Forward(const at::Tensor& hidden, ThreadTeam& team) const;

  [[nodiscard]] int64_t num_labels() const { return layers_.back().linear.out_features(); }
  /// All that there are, and what they take.
  [[nodiscard]] int64_t weights() const;
  [[nodiscard]] int64_t bytes() const;

 private:
  struct Layer {
    LinearLayer linear;
    Activation activation;
  };

  std::vector<Layer> layers_;
};

}  // namespace plait
