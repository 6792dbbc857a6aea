// The operators on floats of a CPU, through the kernels. Shapes and meaning are those of plain_operators.h, which does the rest.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include <ATen/core/Tensor.h>

namespace plait::kernel {

at::Tensor Linear(const at::Tensor& x, const at::Tensor& panels, const at::Tensor& scales, int64_t out_features,
                  const std::optional<at::Tensor>& bias, std::string_view activation, const std::optional<at::Tensor>& residual);
at::Tensor Attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, bool causal, std::optional<double> scale);
at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps);
at::Tensor RmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);
at::Tensor Rotary(const at::Tensor& x, const at::Tensor& positions, const at::Tensor& cosines, const at::Tensor& sines, bool neighbours);
at::Tensor SiluMul(const at::Tensor& x);
at::Tensor Softmax(const at::Tensor& x);
std::tuple<at::Tensor, at::Tensor> ArgMax(const at::Tensor& x);
std::tuple<at::Tensor, at::Tensor> TopK(const at::Tensor& x, int64_t k);

}  // namespace plait::kernel
