#include "runtime/nn/linear_layer.h"

#include <utility>

#include <fmt/format.h>

#include "runtime/nn/storage.h"

namespace plait {
namespace {

void PackSource(WeightReader& reader, const WeightReader::Source& source, WeightOrder order, int64_t first_column, float* panels) {
  reader.team().ParallelFor(source.matrix.rows, kPanelColumns, [&](int64_t begin, int64_t end) {
    if (order == WeightOrder::InOut) {
      PackDepthRows(source.matrix, begin, end, first_column, panels);
    } else {
      PackColumnRows(source.matrix, begin, end, first_column, panels);
    }
    reader.Done(source, begin, end);
  });
}

}  // namespace

LinearLayer::LinearLayer(const KernelForm& form, int64_t in_features, int64_t out_features)
    : form_(&form),
      in_features_(in_features),
      out_features_(out_features),
      panels_(NewWeights({PanelCount(out_features), in_features, kPanelColumns})) {}

Result<LinearLayer> LinearLayer::Load(WeightReader& reader, const LinearSpec& spec) {
  const int64_t in = spec.in_features;
  const int64_t out = spec.out_features;
  const std::vector<int64_t> shape = spec.order == WeightOrder::InOut ? std::vector{in, out} : std::vector{out, in};
  std::vector<WeightReader::Source> weights;
  std::vector<WeightReader::Source> biases;
  // All are checked before any memory is taken.
  for (const std::string& name : spec.names) {
    PLAIT_TRY(WeightReader::Source weight, reader.Find(name + ".weight", shape));
    weights.push_back(std::move(weight));
    if (spec.has_bias) {
      PLAIT_TRY(WeightReader::Source bias, reader.Find(name + ".bias", {out}));
      biases.push_back(std::move(bias));
    }
  }
  const int64_t total = out * static_cast<int64_t>(spec.names.size());
  LinearLayer layer(reader.form(), in, total);
  for (size_t i = 0; i < weights.size(); ++i) {
    PackSource(reader, weights[i], spec.order, out * static_cast<int64_t>(i), layer.panels_.data_ptr<float>());
  }
  if (spec.has_bias) {
    layer.bias_ = NewFloats({total});
    for (size_t i = 0; i < biases.size(); ++i) {
      ReadFloats(biases[i].matrix, 0, out, layer.bias_.data_ptr<float>() + out * static_cast<int64_t>(i));
      reader.Done(biases[i], 0, 1);
    }
  }
  return layer;
}

LinearLayer LinearLayer::FromValues(WeightReader& reader, std::span<const float> weight, int64_t in_features, int64_t out_features) {
  LinearLayer layer(reader.form(), in_features, out_features);
  MatrixSource source{reinterpret_cast<const std::byte*>(weight.data()), ElementType::F32, out_features, in_features};
  PackColumnRows(source, 0, out_features, 0, layer.panels_.data_ptr<float>());
  return layer;
}

void LinearLayer::Forward(const float* x, int64_t rows, float* y, const Options& options, ThreadTeam& team) const {
  Linear(*form_,
         {.x = x,
          .x_stride = in_features_,
          .rows = rows,
          .panels = panels_.const_data_ptr<float>(),
          .depth = in_features_,
          .columns = out_features_,
          .bias = bias_.defined() ? bias_.const_data_ptr<float>() : nullptr,
          .activation = options.activation,
          .residual = options.residual,
          .y = y,
          .y_stride = out_features_},
         team);
}

void LinearLayer::ReadOutput(int64_t output, float* out) const { UnpackColumn(panels_.const_data_ptr<float>(), in_features_, output, out); }

}  // namespace plait
