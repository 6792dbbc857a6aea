// Finds the page of a code.
#include "compiler/diagnostics/explain.h"

#include "compiler/base/nearest.h"
#include "compiler/diagnostics/explanation_pages.h"

namespace plait {

std::optional<Explanation> Explain(std::string_view code) {
  for (const Explanation& page : ExplanationPages()) {
    if (page.code == code) {
      return page;
    }
  }
  return std::nullopt;
}

std::vector<std::string_view> ExplainedCodes() {
  std::vector<std::string_view> codes;
  for (const Explanation& page : ExplanationPages()) {
    codes.push_back(page.code);
  }
  return codes;
}

std::optional<std::string_view> NearestCode(std::string_view code) {
  std::vector<std::string_view> codes = ExplainedCodes();
  std::vector<std::string> candidates(codes.begin(), codes.end());
  std::optional<std::string> nearest = Nearest(code, candidates);
  std::optional<Explanation> page = nearest ? Explain(*nearest) : std::nullopt;
  return page ? std::optional(page->code) : std::nullopt;
}

}  // namespace plait
