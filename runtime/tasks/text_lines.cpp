#include "runtime/tasks/text_lines.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace plait {
namespace {

constexpr size_t kLinesAtOnce = 64;

}  // namespace

std::vector<TextLine> LinesOf(std::string_view text) {
  std::vector<TextLine> lines;
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t length = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    line = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
    if (line.find_first_not_of(" \t\v\f") != std::string_view::npos) {
      lines.push_back({number, std::string(line)});
    }
  }
  return lines;
}

Result<void> AskOfLines(const TaskModel& exact, const TaskModel& in_class, const NamedLines& texts, const LineQuestion& question,
                        const LineProgress& progress, const CallContext& context) {
  const std::span<const TextLine> lines = texts.lines;
  for (size_t begin = 0; begin < lines.size(); begin += kLinesAtOnce) {
    const std::span<const TextLine> portion = lines.subspan(begin, std::min(kLinesAtOnce, lines.size() - begin));
    std::vector<ValueFields> calls;
    for (const TextLine& line : portion) {
      calls.push_back(question.arguments(line));
    }
    const std::vector<Result<Value>> exact_answers = exact.Call(question.method, calls, context);
    const std::vector<Result<Value>> class_answers = in_class.Call(question.method, calls, context);
    // A call that was stopped is no fault of its line.
    PLAIT_TRY_VOID(context.cancellation.Check());
    for (size_t i = 0; i < portion.size(); ++i) {
      const Result<void> taken = !exact_answers[i].ok()   ? Result<void>(exact_answers[i].error())
                                 : !class_answers[i].ok() ? Result<void>(class_answers[i].error())
                                                          : question.take(portion[i], *exact_answers[i], *class_answers[i]);
      if (!taken.ok()) {
        return Error(taken.error())
            .WithPlace(fmt::format("{}:{}", texts.name, portion[i].number))
            .WithNote("fix", "change the line or take it out; each line is one text");
      }
    }
    if (progress) {
      progress(static_cast<int64_t>(begin + portion.size()), static_cast<int64_t>(lines.size()));
    }
  }
  return {};
}

}  // namespace plait
