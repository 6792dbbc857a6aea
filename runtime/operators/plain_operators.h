// What each operator means, in LibTorch's own operators: for devices and types without a kernel, and what the kernels are tested against.
// Wrong shapes throw c10::Error, here and where the kernels run.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include <ATen/core/Tensor.h>

namespace plait::plain {

/// A weight [out, in] as the kernels read it: panels [ceil(out / 64), in, 64], zeros after the last output. `format` is fp32, bf16 (to
/// nearest, ties to even) or int8; the panels' type tells which. Scales are [ceil(out / 64), 64] for int8, what stands for one in each
/// output, else empty.
std::tuple<at::Tensor, at::Tensor> PackLinear(const at::Tensor& weight, std::string_view format);

/// activation(x [..., in] W + bias [out]) + residual [..., out]. `activation` is none, gelu, gelu_tanh, quick_gelu, relu,
/// tanh or silu.
at::Tensor Linear(const at::Tensor& x, const at::Tensor& panels, const at::Tensor& scales, int64_t out_features,
                  const std::optional<at::Tensor>& bias, std::string_view activation, const std::optional<at::Tensor>& residual);

/// softmax(query key^T * scale) value. `query` is [batch, heads, rows, size], `key` and `value` are [batch, key heads, positions, size]:
/// where there are fewer key heads, that many queries in a row share one. Causal rows are the last of the positions. The scale is
/// 1 / sqrt(size) if there is none.
at::Tensor Attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, bool causal, std::optional<double> scale);

/// Over the last dimension; weight and bias are [width].
at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps);

/// x / sqrt(mean of x^2 + eps) * weight over the last dimension; weight is [width].
at::Tensor RmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps);

/// Turns the first elements of each head of x [rows, heads, size]. `positions` is [rows], of int64, which row of the tables
/// [positions, pairs] each row takes; pairs are neighbours, or else an element of the first half with its like in the second.
at::Tensor Rotary(const at::Tensor& x, const at::Tensor& positions, const at::Tensor& cosines, const at::Tensor& sines, bool neighbours);

/// silu(the first half of the last dimension) * the second half.
at::Tensor SiluMul(const at::Tensor& x);

/// Over the last dimension.
at::Tensor Softmax(const at::Tensor& x);

/// The first of the largest over the last dimension, and whether all there are finite.
std::tuple<at::Tensor, at::Tensor> ArgMax(const at::Tensor& x);

/// The k largest over the last dimension, largest first, of equal ones those with lower indices.
std::tuple<at::Tensor, at::Tensor> TopK(const at::Tensor& x, int64_t k);

// The checks of the above, for those who compute otherwise.
void CheckLinear(const at::Tensor& x, const at::Tensor& panels, const at::Tensor& scales, int64_t out_features,
                 const std::optional<at::Tensor>& bias, const std::optional<at::Tensor>& residual);
void CheckAttention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, bool causal);
void CheckWidth(const char* name, const at::Tensor& x, const at::Tensor& tensor);
void CheckRotary(const at::Tensor& x, const at::Tensor& positions, const at::Tensor& cosines, const at::Tensor& sines);
void CheckPairs(const at::Tensor& x);
void CheckChoice(const at::Tensor& x, int64_t k);

}  // namespace plait::plain
