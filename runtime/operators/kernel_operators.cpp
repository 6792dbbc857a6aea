#include "runtime/operators/kernel_operators.h"

#include <cmath>
#include <cstring>
#include <vector>

#include <ATen/Functions.h>

#include "runtime/kernels/kernel_form.h"
#include "runtime/operators/plain_operators.h"

namespace plait::kernel {
namespace {

const KernelForm& Form() {
  static const KernelForm& form = *RunnableKernelForms().front();
  return form;
}

/// Whether the kernels compute this: they know floats, and no empty tensors.
template <class... Tensors>
bool IsCovered(const Tensors&... tensors) {
  return ((tensors.scalar_type() == at::kFloat && tensors.numel() > 0) && ...);
}

bool IsFloat(const std::optional<at::Tensor>& tensor) { return !tensor || tensor->scalar_type() == at::kFloat; }

int64_t RowsOf(const at::Tensor& x) { return x.numel() / x.size(-1); }

std::optional<Activation> ActivationNamed(std::string_view name) {
  constexpr std::pair<std::string_view, Activation> kNames[] = {
      {"none", Activation::None}, {"gelu_tanh", Activation::GeluTanh}, {"gelu", Activation::GeluErf},        {"relu", Activation::Relu},
      {"tanh", Activation::Tanh}, {"silu", Activation::Silu},          {"quick_gelu", Activation::QuickGelu}};
  for (const auto& [known, activation] : kNames) {
    if (known == name) {
      return activation;
    }
  }
  return std::nullopt;
}

std::optional<WeightFormat> FormatOf(const at::Tensor& panels, const at::Tensor& scales) {
  switch (panels.scalar_type()) {
    case at::kFloat:
      return WeightFormat::F32;
    case at::kBFloat16:
      return WeightFormat::Bf16;
    case at::kChar:
      return scales.scalar_type() == at::kFloat ? std::optional(WeightFormat::Int8) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

at::Tensor Linear(const at::Tensor& x, const at::Tensor& panels, const at::Tensor& scales, int64_t out_features,
                  const std::optional<at::Tensor>& bias, std::string_view activation, const std::optional<at::Tensor>& residual) {
  plain::CheckLinear(x, panels, scales, out_features, bias, residual);
  const std::optional<WeightFormat> format = FormatOf(panels, scales);
  const std::optional<Activation> known = ActivationNamed(activation);
  if (!IsCovered(x) || panels.numel() == 0 || !format || !known || !IsFloat(bias) || !IsFloat(residual)) {
    return plain::Linear(x, panels, scales, out_features, bias, activation, residual);
  }
  const at::Tensor rows = x.contiguous();
  const at::Tensor weights = panels.contiguous();
  const at::Tensor factors = scales.contiguous();
  const at::Tensor biases = bias ? bias->contiguous() : at::Tensor();
  const at::Tensor added = residual ? residual->contiguous() : at::Tensor();
  auto sizes = x.sizes().vec();
  sizes.back() = out_features;
  at::Tensor y = at::empty(sizes, x.options());
  const LinearArgs args{.x = rows.const_data_ptr<float>(),
                        .x_stride = x.size(-1),
                        .rows = RowsOf(x),
                        .weights = {*format, static_cast<const std::byte*>(weights.const_data_ptr()),
                                    *format == WeightFormat::Int8 ? factors.const_data_ptr<float>() : nullptr},
                        .depth = x.size(-1),
                        .columns = out_features,
                        .bias = bias ? biases.const_data_ptr<float>() : nullptr,
                        .activation = *known,
                        .residual = residual ? added.const_data_ptr<float>() : nullptr,
                        .y = y.data_ptr<float>(),
                        .y_stride = out_features};
  Form().linear(args, 0, LinearPieces(args));
  return y;
}

at::Tensor Attention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, bool causal, std::optional<double> scale) {
  plain::CheckAttention(query, key, value, causal);
  const int64_t rows = query.size(2);
  const int64_t positions = key.size(2);
  const int64_t size = query.size(3);
  if (!IsCovered(query, key, value) || size > kMaxHeadSize) {
    return plain::Attention(query, key, value, causal, scale);
  }
  const at::Tensor queries = query.contiguous();
  const at::Tensor keys = key.contiguous();
  // The kernel reads whole vectors of the last row of values, so they have some room after them.
  constexpr int64_t kSlack = 16;
  const at::Tensor values = at::cat({value.reshape(-1), at::zeros({kSlack}, value.options())});
  std::vector<float> panels(static_cast<size_t>(PanelCount(positions) * size * kPanelColumns));
  at::Tensor output = at::empty_like(queries);
  const int64_t group = query.size(1) / key.size(1);
  for (int64_t head = 0; head < query.size(0) * key.size(1); ++head) {
    StoreKeys(keys.const_data_ptr<float>() + head * positions * size, size, positions, size, 0, panels.data(), size * kPanelColumns);
    for (int64_t asking = head * group; asking < (head + 1) * group; ++asking) {
      Form().attention({.queries = queries.const_data_ptr<float>() + asking * rows * size,
                        .query_stride = size,
                        .rows = rows,
                        .key_panels = panels.data(),
                        .key_panel_stride = size * kPanelColumns,
                        .values = values.const_data_ptr<float>() + head * positions * size,
                        .value_stride = size,
                        .value_panel_stride = size * kPanelColumns,
                        .output = output.data_ptr<float>() + asking * rows * size,
                        .output_stride = size,
                        .head_size = size,
                        .scale = static_cast<float>(scale.value_or(1 / std::sqrt(static_cast<double>(size)))),
                        .visible = causal ? positions - rows + 1 : positions,
                        .visible_step = causal ? 1 : 0});
    }
  }
  return output;
}

at::Tensor LayerNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps) {
  plain::CheckWidth("plait::layer_norm", x, weight);
  plain::CheckWidth("plait::layer_norm", x, bias);
  if (!IsCovered(x, weight, bias)) {
    return plain::LayerNorm(x, weight, bias, eps);
  }
  const at::Tensor rows = x.contiguous();
  const at::Tensor factors = weight.contiguous();
  const at::Tensor offsets = bias.contiguous();
  at::Tensor y = at::empty_like(rows);
  const int64_t width = x.size(-1);
  Form().layer_norm({.x = rows.const_data_ptr<float>(),
                     .x_stride = width,
                     .width = width,
                     .weight = factors.const_data_ptr<float>(),
                     .bias = offsets.const_data_ptr<float>(),
                     .epsilon = static_cast<float>(eps),
                     .y = y.data_ptr<float>(),
                     .y_stride = width},
                    0, RowsOf(x));
  return y;
}

at::Tensor RmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps) {
  plain::CheckWidth("plait::rms_norm", x, weight);
  if (!IsCovered(x, weight)) {
    return plain::RmsNorm(x, weight, eps);
  }
  const at::Tensor rows = x.contiguous();
  const at::Tensor factors = weight.contiguous();
  at::Tensor y = at::empty_like(rows);
  const int64_t width = x.size(-1);
  Form().rms_norm({.x = rows.const_data_ptr<float>(),
                   .x_stride = width,
                   .rows = RowsOf(x),
                   .width = width,
                   .weight = factors.const_data_ptr<float>(),
                   .epsilon = static_cast<float>(eps),
                   .y = y.data_ptr<float>(),
                   .y_stride = width},
                  0, RowsOf(x));
  return y;
}

at::Tensor Rotary(const at::Tensor& x, const at::Tensor& positions, const at::Tensor& cosines, const at::Tensor& sines, bool neighbours) {
  plain::CheckRotary(x, positions, cosines, sines);
  if (!IsCovered(x, cosines, sines)) {
    return plain::Rotary(x, positions, cosines, sines, neighbours);
  }
  const at::Tensor places = positions.contiguous();
  for (int64_t row = 0; row < x.size(0); ++row) {
    const int64_t place = places.const_data_ptr<int64_t>()[row];
    TORCH_CHECK_INDEX(place >= 0 && place < cosines.size(0), "plait::rotary: row ", row, " has the position ", place, ", the tables have ",
                      cosines.size(0));
  }
  const at::Tensor rows = x.contiguous();
  const at::Tensor cosine = cosines.contiguous();
  const at::Tensor sine = sines.contiguous();
  at::Tensor y = at::empty_like(rows);
  const int64_t stride = x.size(1) * x.size(2);
  Form().rotary({.x = rows.const_data_ptr<float>(),
                 .x_stride = stride,
                 .rows = x.size(0),
                 .heads = x.size(1),
                 .head_size = x.size(2),
                 .rotated = 2 * cosines.size(1),
                 .pairs = neighbours ? RotaryPairs::Neighbours : RotaryPairs::Halves,
                 .positions = places.const_data_ptr<int64_t>(),
                 .cosines = cosine.const_data_ptr<float>(),
                 .sines = sine.const_data_ptr<float>(),
                 .y = y.data_ptr<float>(),
                 .y_stride = stride},
                0, x.size(0));
  return y;
}

at::Tensor SiluMul(const at::Tensor& x) {
  plain::CheckPairs(x);
  if (!IsCovered(x)) {
    return plain::SiluMul(x);
  }
  const at::Tensor rows = x.contiguous();
  const int64_t width = x.size(-1) / 2;
  auto sizes = x.sizes().vec();
  sizes.back() = width;
  at::Tensor y = at::empty(sizes, x.options());
  const auto* gate = rows.const_data_ptr<float>();
  Form().gated_product({.gate = gate,
                        .up = gate + width,
                        .x_stride = 2 * width,
                        .rows = RowsOf(x),
                        .width = width,
                        .activation = Activation::Silu,
                        .y = y.data_ptr<float>(),
                        .y_stride = width},
                       0, RowsOf(x));
  return y;
}

at::Tensor Softmax(const at::Tensor& x) {
  if (!IsCovered(x) || x.dim() == 0) {
    return plain::Softmax(x);
  }
  const at::Tensor rows = x.contiguous();
  at::Tensor y = at::empty_like(rows);
  const int64_t width = x.size(-1);
  Form().softmax({.x = rows.const_data_ptr<float>(),
                  .x_stride = width,
                  .rows = RowsOf(x),
                  .width = width,
                  .y = y.data_ptr<float>(),
                  .y_stride = width},
                 0, RowsOf(x));
  return y;
}

std::tuple<at::Tensor, at::Tensor> ArgMax(const at::Tensor& x) {
  plain::CheckChoice(x, 1);
  if (!IsCovered(x)) {
    return plain::ArgMax(x);
  }
  const at::Tensor rows = x.contiguous();
  const int64_t width = x.size(-1);
  std::vector<ArgMaxResult> results(static_cast<size_t>(RowsOf(x)));
  Form().arg_max({.x = rows.const_data_ptr<float>(), .x_stride = width, .rows = RowsOf(x), .width = width, .results = results.data()}, 0,
                 RowsOf(x));
  const auto sizes = x.sizes().slice(0, static_cast<size_t>(x.dim() - 1));
  at::Tensor indices = at::empty(sizes, x.options().dtype(at::kLong));
  at::Tensor all_finite = at::empty(sizes, x.options().dtype(at::kBool));
  for (size_t row = 0; row < results.size(); ++row) {
    indices.data_ptr<int64_t>()[row] = results[row].index;
    all_finite.data_ptr<bool>()[row] = results[row].all_finite;
  }
  return {indices, all_finite};
}

std::tuple<at::Tensor, at::Tensor> TopK(const at::Tensor& x, int64_t k) {
  plain::CheckChoice(x, k);
  if (!IsCovered(x) || x.size(-1) > INT32_MAX) {
    return plain::TopK(x, k);
  }
  const at::Tensor rows = x.contiguous();
  const int64_t width = x.size(-1);
  std::vector<TopKEntry> entries(static_cast<size_t>(RowsOf(x) * k));
  Form().top_k({.x = rows.const_data_ptr<float>(), .x_stride = width, .rows = RowsOf(x), .width = width, .k = k, .entries = entries.data()},
               0, RowsOf(x));
  auto sizes = x.sizes().vec();
  sizes.back() = k;
  at::Tensor values = at::empty(sizes, x.options());
  at::Tensor indices = at::empty(sizes, x.options().dtype(at::kLong));
  for (size_t i = 0; i < entries.size(); ++i) {
    values.data_ptr<float>()[i] = entries[i].value;
    indices.data_ptr<int64_t>()[i] = entries[i].index;
  }
  return {values, indices};
}

}  // namespace plait::kernel
