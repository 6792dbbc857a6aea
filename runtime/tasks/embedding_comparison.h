// How far two embedders agree on the vectors of some texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/base/task_model.h"
#include "runtime/tasks/text_lines.h"

namespace plait {

/// The cosine of two vectors of one length, summed in double over ascending elements: 1 of equal vectors, and of two that are zero; 0 where
/// one of them is.
double CosineOf(std::span<const float> a, std::span<const float> b);

/// Rows of numbers, all finite, [rows, width].
struct VectorTable {
  std::vector<float> numbers;
  size_t width = 0;

  [[nodiscard]] size_t rows() const { return width == 0 ? 0 : numbers.size() / width; }
  [[nodiscard]] std::span<const float> Row(size_t row) const { return std::span(numbers).subspan(row * width, width); }
};

/// Of each row the other row with the greatest cosine in fp32; the first of equal ones. Zero rows are nearest to each other. There are two
/// rows at least. `progress` is told the rows that are done. Fails with `cancelled` or `deadline-exceeded`.
Result<std::vector<size_t>> NearestRows(const VectorTable& table, const LineProgress& progress, ThreadTeam& team,
                                        const Cancellation& cancellation);

struct EmbeddingComparison {
  /// Texts whose nearest other text is the same.
  int64_t equal_tops = 0;
  /// Of a text's two vectors.
  double mean_cosine = 0;
  /// The least of these, and the line of the first text that has it.
  double least_cosine = 1;
  int64_t least_line = 0;
};

/// Embeds the lines, two at least, with both embedders, and fails, as AskOfLines does; with `arithmetic` where a vector is not finite. For
/// `progress` a line that is embedded is half done, and done when its nearest ones are found. All vectors are in memory at once.
Result<EmbeddingComparison> CompareEmbeddings(const TaskModel& exact, const TaskModel& in_class, const NamedLines& texts,
                                              const LineProgress& progress, const CallContext& context);

}  // namespace plait
