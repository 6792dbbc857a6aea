// Layer normalisation over the last dimension (Ba, Kiros and Hinton, "Layer Normalization").
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <ATen/core/Tensor.h>

#include "compiler/base/result.h"
#include "runtime/nn/weight_reader.h"

namespace plait {

class LayerNorm {
 public:
  /// Reads `name.weight` and `name.bias`, or `name.gamma` and `name.beta` as old checkpoints call them.
  static Result<LayerNorm> Load(WeightReader& reader, const std::string& name, int64_t width, float epsilon);

  /// x and y are [rows, width]; y may be x.
  void Forward(const float* x, int64_t rows, float* y, ThreadTeam& team) const;

 private:
  LayerNorm(const KernelForm& form, float epsilon, at::Tensor weight, at::Tensor bias)
      : form_(&form), epsilon_(epsilon), weight_(std::move(weight)), bias_(std::move(bias)) {}

  const KernelForm* form_;
  float epsilon_;
  at::Tensor weight_;  // [width]
  at::Tensor bias_;    // [width]
};

}  // namespace plait
