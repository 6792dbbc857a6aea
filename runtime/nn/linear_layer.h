// A linear layer on weights packed once for the kernels.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compiler/base/result.h"
#include "runtime/kernels/linear.h"
#include "runtime/nn/weight_reader.h"

namespace plait {

/// How a checkpoint stores the weight: [out, in] as torch's Linear does, or [in, out] as GPT-2's Conv1D.
enum class WeightOrder { OutIn, InOut };

struct LinearSpec {
  /// What stands before `.weight` and `.bias`. Several layers with the same input become one, their outputs side by side.
  std::vector<std::string> names;
  int64_t in_features = 0;
  /// Of each.
  int64_t out_features = 0;
  WeightOrder order = WeightOrder::OutIn;
  bool has_bias = true;
};

class LinearLayer {
 public:
  static Result<LinearLayer> Load(WeightReader& reader, const LinearSpec& spec);
  /// From a weight [out, in] in memory, with a bias of zeros.
  static LinearLayer FromValues(WeightReader& reader, std::span<const float> weight, int64_t in_features, int64_t out_features);

  struct Options {
    Activation activation = Activation::None;
    const float* residual = nullptr;
  };
  /// y [rows, out] = activation(x [rows, in] W + b) + residual [rows, out].
  void Forward(const float* x, int64_t rows, float* y, const Options& options, ThreadTeam& team) const;

  /// The weights of one output, [in]: an embedding that is tied to this layer.
  void ReadOutput(int64_t output, float* out) const;

  [[nodiscard]] int64_t in_features() const { return in_features_; }
  [[nodiscard]] int64_t out_features() const { return out_features_; }
  /// Bytes that one pass reads.
  [[nodiscard]] int64_t bytes() const { return panels_.numel() * static_cast<int64_t>(sizeof(float)); }

 private:
  LinearLayer(const KernelForm& form, int64_t in_features, int64_t out_features);

  const KernelForm* form_;
  int64_t in_features_;
  int64_t out_features_;
  at::Tensor panels_;  // [ceil(out / 64), in, 64]
  at::Tensor bias_;    // [out], or undefined
};

}  // namespace plait
