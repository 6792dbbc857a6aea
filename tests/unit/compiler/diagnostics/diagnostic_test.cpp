// The registry, and the list that keeps diagnostics.
#include "compiler/diagnostics/diagnostic.h"

#include <doctest/doctest.h>

#include <set>

namespace plait {
namespace {

TEST_CASE("kinds are in order and codes are unique") {
  std::set<std::string_view> codes;
  for (size_t i = 0; i < AllDiagnostics().size(); ++i) {
    const DiagnosticInfo& info = AllDiagnostics()[i];
    CHECK(static_cast<size_t>(info.kind) == i);
    CHECK(codes.insert(info.code).second);
    CHECK_FALSE(info.summary.empty());
  }
}

TEST_CASE("a diagnostic has its kind's severity") {
  CHECK(MakeDiagnostic(DiagnosticKind::Unused, {}, "a {}", 1).severity == Severity::Warning);
  CHECK(MakeDiagnostic(DiagnosticKind::Unused, {}, "a {}", 1).message == "a 1");
}

TEST_CASE("sorting goes by place, and equal ones stay once") {
  auto at = [](uint32_t file, uint32_t begin, DiagnosticKind kind, std::string_view message) {
    return MakeDiagnostic(kind, {FileId{file}, begin, begin + 1}, "{}", message);
  };
  DiagnosticList list;
  list.Report(at(1, 0, DiagnosticKind::Unused, "d"));
  list.Report(at(0, 5, DiagnosticKind::Unused, "c"));
  list.Report(at(0, 5, DiagnosticKind::UnknownName, "b"));
  list.Report(at(0, 1, DiagnosticKind::UnknownName, "a"));
  list.Report(at(0, 5, DiagnosticKind::UnknownName, "b2"));
  list.Report(at(0, 5, DiagnosticKind::UnknownName, "b"));
  list.SortAndMergeEqual();
  std::string messages;
  for (const Diagnostic& diagnostic : list.diagnostics()) {
    messages += diagnostic.message + " ";
  }
  CHECK(messages == "a b b2 c d ");
  CHECK(list.Count(Severity::Error) == 3);
  CHECK(list.has_errors());
}

}  // namespace
}  // namespace plait
