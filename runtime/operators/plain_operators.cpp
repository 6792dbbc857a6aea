#include "runtime/operators/plain_operators.h"

#include <cmath>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace plait::plain {
namespace {

at::Tensor Activate(const at::Tensor& x, std::string_view activation) {
  if (activation == "gelu_tanh") {
    return at::gelu(x, "tanh");
  }
  if (activation == "gelu") {
    return at::gelu(x);
  }
  if (activation == "relu") {
    return at::relu(x);
  }
  if (activation == "tanh") {
    return at::tanh(x);
  }
  if (activation == "silu") {
    return at::silu(x);
  }
  if (activation == "quick_gelu") {
    return x * at::sigmoid(x * 1.702);
  }
  TORCH_CHECK(activation == "none", "plait::linear: the activations are none, gelu, gelu_tanh, quick_gelu, relu, tanh and silu, not ",
              activation);
  return x;
}

}  // namespace

std::tuple<at::Tensor, at::Tensor> PackLinear(const at::Tensor& weight, std::string_view format) {
  TORCH_CHECK(weight.dim() == 2, "plait::pack_linear: a weight [out, in] is wanted, not ", weight.sizes());
  const int64_t panel_count = (weight.size(0) + 63) / 64;
  const at::Tensor padded = at::constant_pad_nd(weight, {0, 0, 0, panel_count * 64 - weight.size(0)});
  const at::Tensor panels = padded.reshape({panel_count, 64, weight.size(1)}).transpose(1, 2).contiguous().to(at::kFloat);
  const at::Tensor none = at::empty({0}, panels.options());
  if (format == "fp32") {
    return {panels, none};
  }
  if (format == "bf16") {
    return {panels.to(at::kBFloat16), none};
  }
  TORCH_CHECK(format == "int8", "plait::pack_linear: the formats are fp32, bf16 and int8, not ", format);
  const at::Tensor largest = weight.size(1) == 0 ? at::zeros({panel_count, 64}, panels.options()) : panels.abs().amax(1);
  const at::Tensor inverse = at::where(largest > 0, 127 / largest, at::zeros_like(largest));
  return {at::round(panels * inverse.unsqueeze(1)).to(at::kChar), largest / 127};
}

at::Tensor Linear(const at::Tensor& x, const at::Tensor& panels, const at::Tensor& scales, int64_t out_features,
                  const std::optional<at::Tensor>& bias, std::string_view activation, const std::optional<at::Tensor>& residual) {
  CheckLinear(x, panels, scales, out_features, bias, residual);
  const at::Tensor weight =
      panels.to(x.scalar_type()).transpose(1, 2).reshape({panels.size(0) * 64, panels.size(1)}).narrow(0, 0, out_features);
  at::Tensor y = at::matmul(x, weight.t());
  if (panels.scalar_type() == at::kChar) {
    y = y * scales.reshape(-1).narrow(0, 0, out_features).to(x.scalar_type());
  }
  y = Activate(bias ? y + *bias : y, activation);
  return residual ? y + *residual : y;
}

at::Tensor Attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, bool causal, std::optional<double> scale) {
  CheckAttention(query, key, value, causal);
  const int64_t group = query.size(1) / key.size(1);
  const double factor = scale.value_or(1 / std::sqrt(static_cast<double>(query.size(3))));
  at::Tensor scores = at::matmul(query, key.repeat_interleave(group, 1).transpose(2, 3)) * factor;
  if (causal) {
    const int64_t past = key.size(2) - query.size(2);
    const at::Tensor hidden = at::ones({query.size(2), key.size(2)}, query.options().dtype(at::kBool)).triu(past + 1);
    scores = scores.masked_fill(hidden, -INFINITY);
  }
  return at::matmul(at::softmax(scores, -1), value.repeat_interleave(group, 1));
}

at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps) {
  CheckWidth("plait::layer_norm", x, weight);
  CheckWidth("plait::layer_norm", x, bias);
  return at::layer_norm(x, {x.size(-1)}, weight, bias, eps);
}

at::Tensor RmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  CheckWidth("plait::rms_norm", x, weight);
  return x * at::rsqrt(x.square().mean(-1, true) + eps) * weight;
}

at::Tensor Rotary(const at::Tensor& x, const at::Tensor& positions, const at::Tensor& cosines, const at::Tensor& sines, bool neighbours) {
  CheckRotary(x, positions, cosines, sines);
  const int64_t half = cosines.size(1);
  const at::Tensor cosine = cosines.index_select(0, positions).unsqueeze(1);
  const at::Tensor sine = sines.index_select(0, positions).unsqueeze(1);
  const at::Tensor turning = x.narrow(2, 0, 2 * half);
  const at::Tensor first = neighbours ? turning.slice(2, 0, std::nullopt, 2) : turning.narrow(2, 0, half);
  const at::Tensor second = neighbours ? turning.slice(2, 1, std::nullopt, 2) : turning.narrow(2, half, half);
  const at::Tensor turned_first = first * cosine - second * sine;
  const at::Tensor turned_second = second * cosine + first * sine;
  const at::Tensor turned = neighbours ? at::stack({turned_first, turned_second}, 3).flatten(2) : at::cat({turned_first, turned_second}, 2);
  return at::cat({turned, x.narrow(2, 2 * half, x.size(2) - 2 * half)}, 2);
}

at::Tensor SiluMul(const at::Tensor& x) {
  CheckPairs(x);
  const int64_t width = x.size(-1) / 2;
  return at::silu(x.narrow(-1, 0, width)) * x.narrow(-1, width, width);
}

at::Tensor Softmax(const at::Tensor& x) { return at::softmax(x, -1); }

std::tuple<at::Tensor, at::Tensor> ArgMax(const at::Tensor& x) {
  CheckChoice(x, 1);
  // Zero times what is infinite or not a number is not a number.
  return {x.argmax(-1), (x * 0).eq(0).all(-1)};
}

std::tuple<at::Tensor, at::Tensor> TopK(const at::Tensor& x, int64_t k) {
  CheckChoice(x, k);
  auto [values, indices] = at::sort(x, /*stable=*/true, /*dim=*/-1, /*descending=*/true);
  return {values.narrow(-1, 0, k).contiguous(), indices.narrow(-1, 0, k).contiguous()};
}

}  // namespace plait::plain
