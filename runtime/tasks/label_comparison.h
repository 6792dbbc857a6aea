// How far two classifiers agree on the labels of some texts.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "runtime/base/task_model.h"

namespace plait {

/// A line of a text that is not blank, without its end.
struct TextLine {
  /// From 1.
  int64_t number = 0;
  std::string text;
};
std::vector<TextLine> LinesOf(std::string_view text);

struct LabelComparison {
  /// Texts whose best label is the same.
  int64_t equal_tops = 0;
  /// Of any label of any text, and the line of the first text that has it.
  double largest_difference = 0;
  int64_t largest_line = 0;
};

/// What is classified: lines of a text that messages call `name`, with what a text.ZeroShot chooses from; empty for a text.Classifier.
struct LinesToLabel {
  std::span<const TextLine> lines;
  std::span<const std::string> labels;
  const std::string& name;
};

/// Classifies the lines with both models of one task, a few at a time. `progress` is told the lines that are done and all there are. A line
/// that fails, such as one with more tokens than the model has positions, fails the whole and is named.
Result<LabelComparison> CompareLabels(const TaskModel& exact, const TaskModel& in_class, const LinesToLabel& texts,
                                      const std::function<void(int64_t done, int64_t total)>& progress, const CallContext& context);

}  // namespace plait
