#include "runtime/nn/packed_matrix.h"

#include <cassert>
#include <vector>

#include "runtime/kernels/pack.h"
#include "runtime/nn/storage.h"

namespace plait {
namespace {

at::ScalarType ScalarTypeOf(WeightFormat format) {
  switch (format) {
    case WeightFormat::F32:
      return at::kFloat;
    case WeightFormat::Bf16:
      return at::kBFloat16;
    case WeightFormat::Int8:
      return at::kChar;
  }
  return at::kFloat;
}

}  // namespace

PackedMatrix::PackedMatrix(WeightFormat format, int64_t depth, int64_t columns)
    : format_(format),
      depth_(depth),
      columns_(columns),
      panels_(NewWeights({PanelCount(columns), depth, kPanelColumns}, ScalarTypeOf(format))) {
  if (format == WeightFormat::Int8) {
    scales_ = NewFloats({PanelCount(columns), kPanelColumns});
  }
}

PackedWeights PackedMatrix::weights() const {
  return {.format = format_,
          .panels = static_cast<const std::byte*>(panels_.const_data_ptr()),
          .scales = scales_.defined() ? scales_.const_data_ptr<float>() : nullptr};
}

int64_t PackedMatrix::bytes() const { return static_cast<int64_t>(panels_.nbytes() + (scales_.defined() ? scales_.nbytes() : 0)); }

float* PackedMatrix::floats() {
  assert(format_ == WeightFormat::F32);
  return panels_.data_ptr<float>();
}

std::span<std::byte> PackedMatrix::panel_bytes() { return {static_cast<std::byte*>(panels_.data_ptr()), panels_.nbytes()}; }

std::span<std::byte> PackedMatrix::scale_bytes() {
  return scales_.defined() ? std::span(static_cast<std::byte*>(scales_.data_ptr()), scales_.nbytes()) : std::span<std::byte>();
}

void PackedMatrix::Encode(const float* panels, int64_t first_panel, int64_t panel_count, ThreadTeam& team) {
  const int64_t elements = depth_ * kPanelColumns;
  auto* stored = static_cast<std::byte*>(panels_.data_ptr()) + first_panel * elements * WeightSize(format_);
  float* scales = scales_.defined() ? scales_.data_ptr<float>() + first_panel * kPanelColumns : nullptr;
  team.ParallelFor(panel_count, 1, [&](int64_t begin, int64_t end) {
    EncodePanels(panels + begin * elements, depth_, end - begin, format_, stored + begin * elements * WeightSize(format_),
                 scales != nullptr ? scales + begin * kPanelColumns : nullptr);
  });
}

void PackedMatrix::ReadColumn(int64_t column, float* out) const { UnpackColumn(weights(), depth_, column, out); }

PackedMatrix PackedMatrix::ToInt8(ThreadTeam& team) const {
  assert(format_ != WeightFormat::Int8);
  PackedMatrix result(WeightFormat::Int8, depth_, columns_);
  const int64_t elements = depth_ * kPanelColumns;
  auto* stored = static_cast<std::byte*>(result.panels_.data_ptr());
  auto* scales = result.scales_.data_ptr<float>();
  team.ParallelFor(PanelCount(columns_), 1, [&](int64_t begin, int64_t end) {
    std::vector<float> panel(static_cast<size_t>(elements));
    for (int64_t p = begin; p < end; ++p) {
      ReadWeights(weights(), p * elements, elements, panel.data());
      EncodePanels(panel.data(), depth_, 1, WeightFormat::Int8, stored + p * elements, scales + p * kPanelColumns);
    }
  });
  return result;
}

}  // namespace plait
