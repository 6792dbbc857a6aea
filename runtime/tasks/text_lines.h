// Lines of a text, and what two models of one task answer on each.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
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

/// Lines of a text that messages call `name`.
struct NamedLines {
  std::span<const TextLine> lines;
  const std::string& name;
};

/// What both models are asked of every line.
struct LineQuestion {
  std::string_view method;
  std::function<ValueFields(const TextLine& line)> arguments;
  /// Takes the answers, line by line.
  std::function<Result<void>(const TextLine& line, const Value& exact, const Value& in_class)> take;
};

/// Told how many lines are done, and how many there are.
using LineProgress = std::function<void(int64_t done, int64_t total)>;

/// Asks a few lines at a time. A line that fails, such as one with more tokens than the model has positions, or whose answers are not
/// taken, fails the whole and is named. `progress` may be empty.
Result<void> AskOfLines(const TaskModel& exact, const TaskModel& in_class, const NamedLines& texts, const LineQuestion& question,
                        const LineProgress& progress, const CallContext& context);

}  // namespace plait
