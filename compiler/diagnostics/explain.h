// The page behind each code: what is wrong, a wrong example, a right one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plait {

struct Explanation {
  std::string_view code;
  /// Markdown: a title line, prose, and for diagnostics two fenced `graph` blocks headed "Wrong" and "Right". Words on a fence say how the
  /// block is checked: `with-models`, `file=NAME` (the name it is saved under), `encoding=NAME`. A block of another language with `file=`
  /// is a file beside it.
  std::string_view page;
};

/// The page of a code of a diagnostic or a failure; nothing where there is no such code.
std::optional<Explanation> Explain(std::string_view code);
/// Every code that has a page, sorted.
std::vector<std::string_view> ExplainedCodes();
/// The code nearest to a misspelt one, where one is near.
std::optional<std::string_view> NearestCode(std::string_view code);

}  // namespace plait
