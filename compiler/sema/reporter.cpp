#include "compiler/sema/reporter.h"

#include <algorithm>
#include <utility>

#include "compiler/base/nearest.h"
#include "compiler/syntax/lex.h"

namespace plait::sema {

void Reporter::Report(Diagnostic diagnostic) {
  const Span& span = diagnostic.primary.span;
  if (!seen_.emplace(diagnostic.kind, span.file, span.begin, span.end).second) {
    return;
  }
  has_errors_ = has_errors_ || diagnostic.severity == Severity::Error;
  int count = ++counts_[{span.file, diagnostic.severity}];
  if (count > kMaxReportsPerFile) {
    return;
  }
  if (count == kMaxReportsPerFile) {
    diagnostic.notes.push_back(fmt::format("further {}s of this file are not shown", SeverityName(diagnostic.severity)));
  }
  sink_.Report(std::move(diagnostic));
}

bool Reporter::is_full(FileId file) const {
  auto count = counts_.find({file, Severity::Error});
  return count != counts_.end() && count->second >= kMaxReportsPerFile;
}

std::optional<std::string> Reporter::Suggest(std::string_view word, std::span<const std::string> candidates) {
  if (!may_suggest(word)) {
    return std::nullopt;
  }
  suggestions_left_ -= 1 + std::min(suggestions_left_ - 1, static_cast<int>(candidates.size() / 1000));
  return Nearest(word, candidates);
}

std::string Listed(std::span<const std::string> names) {
  constexpr size_t kMaxListed = 24;
  if (names.size() <= kMaxListed) {
    return fmt::format("{}", fmt::join(names, ", "));
  }
  return fmt::format("{} and {} more", fmt::join(names.first(kMaxListed), ", "), names.size() - kMaxListed);
}

}  // namespace plait::sema
