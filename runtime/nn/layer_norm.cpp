#include "runtime/nn/layer_norm.h"

namespace plait {

Result<LayerNorm> LayerNorm::Load(WeightReader& reader, const std::string& name, int64_t width, float epsilon) {
  const bool old_names = !reader.Has(name + ".weight") && reader.Has(name + ".gamma");
  PLAIT_TRY(at::Tensor weight, reader.Read(name + (old_names ? ".gamma" : ".weight"), {width}));
  PLAIT_TRY(at::Tensor bias, reader.Read(name + (old_names ? ".beta" : ".bias"), {width}));
  return LayerNorm(reader.form(), epsilon, std::move(weight), std::move(bias));
}

void LayerNorm::Forward(const float* x, int64_t rows, float* y, ThreadTeam& team) const {
  const int64_t width = weight_.numel();
  const LayerNormArgs args{.x = x,
                           .x_stride = width,
                           .width = width,
                           .weight = weight_.const_data_ptr<float>(),
                           .bias = bias_.const_data_ptr<float>(),
                           .epsilon = epsilon_,
                           .y = y,
                           .y_stride = width};
  constexpr int64_t kRowsWorthAThread = 8;
  team.ParallelFor(rows, kRowsWorthAThread, [&](int64_t begin, int64_t end) { form_->layer_norm(args, begin, end); });
}

}  // namespace plait
