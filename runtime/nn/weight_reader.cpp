#include "runtime/nn/weight_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/nn/storage.h"

namespace plait {
namespace {

std::optional<ElementType> ElementTypeOf(std::string_view dtype) {
  if (dtype == "F32") {
    return ElementType::F32;
  }
  if (dtype == "F16") {
    return ElementType::F16;
  }
  if (dtype == "BF16") {
    return ElementType::BF16;
  }
  return std::nullopt;
}

std::string PrecisionName(Precision precision) { return PrecisionNames()[static_cast<size_t>(precision)]; }

/// What the cache calls the copies for drafts. Those of exact weights are what `precision: int8` has.
std::string DraftFormat(Precision precision) {
  const std::string int8 = PrecisionName(Precision::Int8);
  return precision == Precision::Exact ? int8 : fmt::format("{} of {}", int8, PrecisionName(precision));
}

}  // namespace

std::string FormatShape(const std::vector<int64_t>& shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

WeightReader::WeightReader(const Checkpoint& checkpoint, Precision precision, std::function<void(uint64_t bytes)> progress,
                           ThreadTeam& team, const Cache& cache)
    : checkpoint_(checkpoint),
      precision_(precision),
      progress_(std::move(progress)),
      team_(team),
      form_(*RunnableKernelForms().front()),
      identity_(cache.cache != nullptr ? checkpoint.Identity() : ""),
      packed_(cache.cache, cache.model, PrecisionName(precision), identity_, team),
      packed_drafts_(cache.cache, cache.model, DraftFormat(precision), identity_, team) {}

Result<WeightReader::Source> WeightReader::Find(std::string_view name, const std::vector<int64_t>& shape) const {
  PLAIT_TRY(TensorView view, checkpoint_.Tensor(name));
  auto fail = [&](std::string message) { return Error{FailureKind::WeightsMismatch, std::move(message), checkpoint_.folder(), {}}; };
  if (view.shape != shape) {
    return fail(fmt::format("tensor `{}` has shape {}, expected {}", name, FormatShape(view.shape), FormatShape(shape)));
  }
  std::optional<ElementType> type = ElementTypeOf(view.dtype);
  if (!type) {
    return fail(fmt::format("tensor `{}` has dtype {}, expected F32, F16 or BF16", name, view.dtype));
  }
  int64_t rows = shape.size() > 1 ? shape.front() : 1;
  MatrixSource matrix{view.bytes.data(), *type, rows, shape.back()};
  return Source{std::move(view), matrix};
}

WeightFormat WeightReader::FormatOf(std::span<const Source> sources) const {
  switch (precision_) {
    case Precision::Exact:
      return std::ranges::all_of(sources, [](const Source& source) { return source.matrix.type == ElementType::BF16; }) ? WeightFormat::Bf16
                                                                                                                        : WeightFormat::F32;
    case Precision::Bf16:
      return WeightFormat::Bf16;
    case Precision::Int8:
      return WeightFormat::Int8;
  }
  return WeightFormat::F32;
}

Result<at::Tensor> WeightReader::Read(std::string_view name, const std::vector<int64_t>& shape) {
  PLAIT_TRY(Source source, Find(name, shape));
  at::Tensor tensor = NewWeights(shape);
  auto* floats = tensor.data_ptr<float>();
  const MatrixSource& matrix = source.matrix;
  constexpr int64_t kRowsAtOnce = 256;
  team_.ParallelFor(matrix.rows, kRowsAtOnce, [&](int64_t begin, int64_t end) {
    ReadFloats(matrix, begin * matrix.columns, (end - begin) * matrix.columns, floats + begin * matrix.columns);
    Done(source, begin, end);
  });
  return tensor;
}

void WeightReader::Done(const Source& source, int64_t begin, int64_t end) {
  const int64_t row_bytes = source.matrix.columns * ElementSize(source.matrix.type);
  const auto bytes = static_cast<size_t>((end - begin) * row_bytes);
  TensorView part = source.view;
  part.bytes = part.bytes.subspan(static_cast<size_t>(begin * row_bytes), bytes);
  checkpoint_.Release(part);
  Done(bytes);
}

void WeightReader::Done(uint64_t bytes) {
  uint64_t done = bytes_done_.fetch_add(bytes) + bytes;
  if (progress_) {
    progress_(done);
  }
}

void WeightReader::KeepPacked() {
  packed_.Keep();
  packed_drafts_.Keep();
}

}  // namespace plait
