// A linear layer on weights packed once for the kernels, and a smaller copy of them for drafts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compiler/base/result.h"
#include "runtime/kernels/linear.h"
#include "runtime/nn/packed_matrix.h"
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

/// Which copy of its weights a layer computes with: its own, or the small one that drafts are made with.
enum class WeightCopy { Main, Draft };

class LinearLayer {
 public:
  /// In the reader's format for what the checkpoint stores.
  static Result<LinearLayer> Load(WeightReader& reader, const LinearSpec& spec);
  /// From a weight [out, in] in memory, with a bias of zeros.
  static LinearLayer FromValues(const KernelForm& form, std::span<const float> weight, int64_t in_features, int64_t out_features);

  struct Options {
    Activation activation = Activation::None;
    const float* residual = nullptr;
    WeightCopy copy = WeightCopy::Main;
  };
  /// y [rows, out] = activation(x [rows, in] W + b) + residual [rows, out].
  void Forward(const float* x, int64_t rows, float* y, const Options& options, ThreadTeam& team) const;

  /// The same without activation and residual for the outputs [first_output, first_output + outputs) only, the first of which is a
  /// multiple of `kPanelColumns`: y is [rows, outputs] with so many floats from row to row.
  void ForwardPart(const float* x, int64_t rows, int64_t first_output, int64_t outputs, float* y, int64_t y_stride, ThreadTeam& team) const;

  /// Makes the copy for drafts, with int8 weights. Needs weights that are not int8 themselves, and the reader that they came from.
  void AddDraft(WeightReader& reader);

  /// The weights of one output, [in]: an embedding that is tied to this layer.
  void ReadOutput(int64_t output, float* out) const;

  [[nodiscard]] const KernelForm& form() const { return *form_; }
  [[nodiscard]] int64_t in_features() const { return weights_.depth(); }
  [[nodiscard]] int64_t out_features() const { return weights_.columns(); }
  [[nodiscard]] int64_t weights() const { return in_features() * out_features(); }
  /// Bytes that one pass reads.
  [[nodiscard]] int64_t bytes(WeightCopy copy = WeightCopy::Main) const { return Of(copy).bytes(); }
  [[nodiscard]] WeightFormat format() const { return weights_.format(); }
  [[nodiscard]] PackedWeights packed(WeightCopy copy) const { return Of(copy).weights(); }

 private:
  LinearLayer(const KernelForm& form, std::string name, PackedMatrix weights)
      : form_(&form), name_(std::move(name)), weights_(std::move(weights)) {}

  [[nodiscard]] const PackedMatrix& Of(WeightCopy copy) const { return copy == WeightCopy::Draft ? *draft_ : weights_; }

  const KernelForm* form_;
  /// What the cache calls its weights.
  std::string name_;
  PackedMatrix weights_;
  std::optional<PackedMatrix> draft_;
  at::Tensor bias_;  // [out], or undefined
};

}  // namespace plait
