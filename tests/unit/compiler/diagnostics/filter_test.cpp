// What `--allow`, `--warnings-as-errors` and `--quiet` leave.
#include "compiler/diagnostics/filter.h"

#include <doctest/doctest.h>

namespace plait {
namespace {

Diagnostic Of(DiagnosticKind kind) { return MakeDiagnostic(kind, {}, "something"); }

const std::vector<Diagnostic> kAll = {Of(DiagnosticKind::Unused), Of(DiagnosticKind::UnknownName), Of(DiagnosticKind::BatchedLoop),
                                      Of(DiagnosticKind::FloatEquality)};

std::vector<std::string> Left(const DiagnosticFilter& filter) {
  std::vector<std::string> left;
  for (const Diagnostic& diagnostic : Filter(kAll, filter)) {
    left.push_back(fmt::format("{} {}", SeverityName(diagnostic.severity), GetDiagnosticInfo(diagnostic.kind).code));
  }
  return left;
}

using Lines = std::vector<std::string>;

TEST_CASE("nothing is dropped unless asked for") {
  CHECK(Left({}) == Lines{"warning unused", "error unknown-name", "note batched-loop", "warning float-equality"});
}

TEST_CASE("what is allowed is dropped, what is left may be raised") {
  CHECK(Left({{DiagnosticKind::Unused, DiagnosticKind::BatchedLoop}, false, false}) ==
        Lines{"error unknown-name", "warning float-equality"});
  CHECK(Left({{DiagnosticKind::Unused}, true, false}) == Lines{"error unknown-name", "note batched-loop", "error float-equality"});
  CHECK(Left({{}, false, true}) == Lines{"error unknown-name"});
  CHECK(Left({{}, true, true}) == Lines{"error unused", "error unknown-name", "error float-equality"});
}

TEST_CASE("a warning that was made an error cannot be allowed") {
  std::vector<Diagnostic> strict = {Of(DiagnosticKind::MachineTooSmall)};
  strict[0].severity = Severity::Error;
  CHECK(Filter(strict, {{DiagnosticKind::MachineTooSmall}, false, false}).size() == 1);
}

TEST_CASE("only the codes of warnings and notes can be allowed") {
  CHECK(FindAllowableKind("unused").kind == DiagnosticKind::Unused);
  CHECK(FindAllowableKind("batched-loop").kind == DiagnosticKind::BatchedLoop);
  CHECK(FindAllowableKind("unusd").fault == "no warning or note has the code `unusd`; did you mean `unused`?");
  CHECK(
      FindAllowableKind("type-mismatch").fault.starts_with("`type-mismatch` is the code of an error, and only warnings and notes can be"));
  CHECK(FindAllowableKind("").fault.find("batched-loop, deadline-impossible,") != std::string::npos);
}

}  // namespace
}  // namespace plait
