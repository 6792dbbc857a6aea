// The way of sema's diagnostics to the sink: each fault once, however often the checker meets it, and no flood of them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "compiler/diagnostics/diagnostic.h"

namespace plait::sema {

class Reporter {
 public:
  explicit Reporter(Sink& sink) : sink_(sink) {}

  /// Drops a diagnostic whose kind was reported for that place before: an element over edges is checked once an edge. Of each file the
  /// first hundred of each severity are passed on.
  void Report(Diagnostic diagnostic);
  [[nodiscard]] bool has_errors() const { return has_errors_; }
  /// Further errors of this file are not shown, so their words need no work.
  [[nodiscard]] bool is_full(FileId file) const;

  /// Every two short words are near each other. Each look for a near name costs the whole list of names; after many faults there are
  /// no more.
  [[nodiscard]] bool may_suggest(std::string_view word) const { return suggestions_left_ > 0 && word.size() >= 3; }
  /// The candidate that a misspelt word stands for.
  std::optional<std::string> Suggest(std::string_view word, std::span<const std::string> candidates);

 private:
  Sink& sink_;
  std::set<std::tuple<DiagnosticKind, FileId, uint32_t, uint32_t>> seen_;
  /// How many of a file were reported, shown or not.
  std::map<std::pair<FileId, Severity>, int> counts_;
  bool has_errors_ = false;
  /// In looks at a thousand names.
  int suggestions_left_ = 200;
};

/// The names with commas between them; of many only the first.
std::string Listed(std::span<const std::string> names);

}  // namespace plait::sema
