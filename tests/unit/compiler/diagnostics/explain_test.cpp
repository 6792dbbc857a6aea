// Every code has a page, and every page has its form.
#include "compiler/diagnostics/explain.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "compiler/base/error.h"
#include "compiler/diagnostics/diagnostic.h"

namespace plait {
namespace {

/// The lines of the first `graph` block under a heading; empty where there is none. tests/cli/test_explanations.py runs them.
std::string BlockUnder(std::string_view page, std::string_view heading) {
  size_t at = page.find(fmt::format("\n## {}\n", heading));
  size_t fence = at == std::string_view::npos ? at : page.find("\n```graph", at);
  if (fence == std::string_view::npos) {
    return "";
  }
  size_t begin = page.find('\n', fence + 1) + 1;
  return std::string(page.substr(begin, page.find("```\n", begin) - begin));
}

TEST_CASE("every diagnostic has a page with a wrong and a right file") {
  for (const DiagnosticInfo& info : AllDiagnostics()) {
    CAPTURE(info.code);
    std::optional<Explanation> page = Explain(info.code);
    REQUIRE(page.has_value());
    CHECK(page->page.starts_with(fmt::format("# {}\n\n", info.code)));
    for (std::string_view heading : {"Wrong", "Right"}) {
      std::string block = BlockUnder(page->page, heading);
      CHECK(!block.empty());
      CHECK(std::count(block.begin(), block.end(), '\n') < 15);
    }
  }
}

TEST_CASE("every failure has a page") {
  for (FailureKind kind : {
#define X(kind, code, summary) FailureKind::kind,
#include "compiler/base/failure_kinds.def"
#undef X
       }) {
    CAPTURE(FailureCode(kind));
    std::optional<Explanation> page = Explain(FailureCode(kind));
    REQUIRE(page.has_value());
    CHECK(page->page.starts_with(fmt::format("# {}\n\n", FailureCode(kind))));
  }
}

TEST_CASE("codes are listed in order, and a misspelt one is found") {
  std::vector<std::string_view> codes = ExplainedCodes();
  CHECK(std::is_sorted(codes.begin(), codes.end()));
  CHECK(NearestCode("unknown-argumnet") == "unknown-argument");
  CHECK(NearestCode("something else") == std::nullopt);
  CHECK_FALSE(Explain("unknown-argumnet").has_value());
}

}  // namespace
}  // namespace plait
