#include "runtime/nn/linear_layer.h"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/nn/storage.h"

namespace plait {
namespace {

/// The columns of a layer that are packed at once.
struct ColumnRange {
  int64_t begin = 0;
  int64_t end = 0;
};

/// Packs what a source has of the columns; its own begin at `first_column`. `panels` begins with the first column of the range.
void PackSource(WeightReader& reader, const WeightReader::Source& source, WeightOrder order, int64_t first_column, ColumnRange range,
                float* panels) {
  const MatrixSource& matrix = source.matrix;
  const bool by_column = order == WeightOrder::OutIn;
  const int64_t first_row = by_column ? std::clamp(range.begin - first_column, int64_t{0}, matrix.rows) : 0;
  const int64_t last_row = by_column ? std::clamp(range.end - first_column, int64_t{0}, matrix.rows) : matrix.rows;
  reader.team().ParallelFor(last_row - first_row, kPanelColumns, [&](int64_t begin, int64_t end) {
    begin += first_row;
    end += first_row;
    if (by_column) {
      PackColumnRows(matrix, begin, end, first_column - range.begin, panels);
    } else {
      PackDepthRows(matrix, begin, end, first_column, panels);
    }
    reader.Done(source, begin, end);
  });
}

/// Packs the sources' columns side by side. What is not stored as floats goes through floats, of a part of the columns at a time where the
/// checkpoint stores them one after the other.
PackedMatrix PackSources(WeightReader& reader, std::span<const WeightReader::Source> sources, WeightOrder order, int64_t depth,
                         int64_t columns_each) {
  constexpr int64_t kColumnsAtOnce = 64 * kPanelColumns;
  const int64_t columns = columns_each * static_cast<int64_t>(sources.size());
  PackedMatrix packed(reader.FormatOf(sources), depth, columns);
  auto pack = [&](ColumnRange range, float* panels) {
    for (size_t i = 0; i < sources.size(); ++i) {
      PackSource(reader, sources[i], order, columns_each * static_cast<int64_t>(i), range, panels);
    }
  };
  if (packed.format() == WeightFormat::F32) {
    pack({0, columns}, packed.floats());
    return packed;
  }
  const int64_t at_once = order == WeightOrder::OutIn ? std::min(kColumnsAtOnce, columns) : columns;
  for (int64_t begin = 0; begin < columns; begin += at_once) {
    const ColumnRange range{begin, std::min(begin + at_once, columns)};
    PackedMatrix floats(WeightFormat::F32, depth, range.end - range.begin);
    pack(range, floats.floats());
    packed.Encode(floats.floats(), begin / kPanelColumns, PanelCount(range.end - range.begin), reader.team());
  }
  return packed;
}

/// The packed weights from the cache, without reading the sources, or else of the sources.
PackedMatrix LoadPacked(WeightReader& reader, const std::string& name, std::span<const WeightReader::Source> sources,
                        const LinearSpec& spec) {
  const int64_t columns = spec.out_features * static_cast<int64_t>(sources.size());
  std::optional<PackedMatrix> found = reader.packed().Find(name, reader.FormatOf(sources), spec.in_features, columns);
  PackedMatrix packed = found ? *found : PackSources(reader, sources, spec.order, spec.in_features, spec.out_features);
  reader.packed().Add(name, packed, found.has_value());
  for (const WeightReader::Source& source : sources) {
    if (found) {
      reader.Done(source, 0, source.matrix.rows);
    }
  }
  return packed;
}

}  // namespace

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
  std::string name = fmt::format("{}", fmt::join(spec.names, "+"));
  PackedMatrix packed = LoadPacked(reader, name, weights, spec);
  LinearLayer layer(reader.form(), std::move(name), std::move(packed));
  if (spec.has_bias) {
    layer.bias_ = NewFloats({layer.out_features()});
    for (size_t i = 0; i < biases.size(); ++i) {
      ReadFloats(biases[i].matrix, 0, out, layer.bias_.data_ptr<float>() + out * static_cast<int64_t>(i));
      reader.Done(biases[i], 0, 1);
    }
  }
  return layer;
}

LinearLayer LinearLayer::FromValues(const KernelForm& form, std::span<const float> weight, int64_t in_features, int64_t out_features) {
  PackedMatrix packed(WeightFormat::F32, in_features, out_features);
  MatrixSource source{reinterpret_cast<const std::byte*>(weight.data()), ElementType::F32, out_features, in_features};
  PackColumnRows(source, 0, out_features, 0, packed.floats());
  return {form, "", std::move(packed)};
}

void LinearLayer::AddDraft(WeightReader& reader) {
  draft_ = reader.packed_drafts().Find(name_, WeightFormat::Int8, in_features(), out_features());
  const bool is_found = draft_.has_value();
  if (!is_found) {
    draft_ = weights_.ToInt8(reader.team());
  }
  reader.packed_drafts().Add(name_, *draft_, is_found);
  reader.Done(static_cast<uint64_t>(draft_->bytes()));
}

void LinearLayer::Forward(const float* x, int64_t rows, float* y, const Options& options, ThreadTeam& team) const {
  Linear(*form_,
         {.x = x,
          .x_stride = in_features(),
          .rows = rows,
          .weights = Of(options.copy).weights(),
          .depth = in_features(),
          .columns = out_features(),
          .bias = bias_.defined() ? bias_.const_data_ptr<float>() : nullptr,
          .activation = options.activation,
          .residual = options.residual,
          .y = y,
          .y_stride = out_features()},
         team);
}

void LinearLayer::ForwardPart(const float* x, int64_t rows, int64_t first_output, int64_t outputs, float* y, int64_t y_stride,
                              ThreadTeam& team) const {
  assert(first_output % kPanelColumns == 0 && first_output + outputs <= out_features());
  PackedWeights weights = weights_.weights();
  weights.panels += first_output * in_features() * WeightSize(weights.format);
  weights.scales += weights.format == WeightFormat::Int8 ? first_output : 0;
  Linear(*form_,
         {.x = x,
          .x_stride = in_features(),
          .rows = rows,
          .weights = weights,
          .depth = in_features(),
          .columns = outputs,
          .bias = bias_.defined() ? bias_.const_data_ptr<float>() + first_output : nullptr,
          .y = y,
          .y_stride = y_stride},
         team);
}

void LinearLayer::ReadOutput(int64_t output, float* out) const { weights_.ReadColumn(output, out); }

}  // namespace plait
