// How far two classifiers agree on the labels of some texts.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "compiler/base/result.h"
#include "runtime/base/task_model.h"
#include "runtime/tasks/text_lines.h"

namespace plait {

struct LabelComparison {
  /// Texts whose best label is the same.
  int64_t equal_tops = 0;
  /// Of any label of any text, and the line of the first text that has it.
  double largest_difference = 0;
  int64_t largest_line = 0;
};

/// What is classified, and what a text.ZeroShot chooses from; empty for a text.Classifier.
struct LinesToLabel {
  NamedLines texts;
  std::span<const std::string> labels;
};

/// Classifies the lines with both models of one task, and fails, as AskOfLines does.
Result<LabelComparison> CompareLabels(const TaskModel& exact, const TaskModel& in_class, const LinesToLabel& texts,
                                      const LineProgress& progress, const CallContext& context);

}  // namespace plait
