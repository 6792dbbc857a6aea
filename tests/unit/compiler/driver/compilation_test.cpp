// The whole road on sources in memory.
#include "compiler/driver/compilation.h"

#include <doctest/doctest.h>

#include "compiler/driver/standard_library.h"
#include "compiler/plan/text.h"

namespace plait {
namespace {

constexpr std::string_view kSource = R"(import std.text
import "shared/types.graph" as types

service S {
  model m: text.Classifier = hf("org/name")
  api f(x: string) -> types.Answer {
    return { best: m.classify(x)[0].label }
  }
}
)";

InMemoryFileSystem Files() {
  InMemoryFileSystem files;
  files.Add("work/main.graph", std::string(kSource));
  files.Add("work/shared/types.graph", "record Answer {\n  best: string\n}\n");
  return files;
}

}  // namespace

TEST_CASE("a source with imports compiles to a plan") {
  Result<Compilation> compilation = Compile(Files(), "work/main.graph", {});
  REQUIRE(compilation.ok());
  CHECK_FALSE(compilation->diagnostics.has_errors());
  REQUIRE(compilation->plan.has_value());
  CHECK(compilation->plan->entries.front().name == "S.f");
  CHECK(plan::Verify(*compilation->plan) == "");
}

TEST_CASE("the same source in another folder gives the same plan") {
  InMemoryFileSystem moved;
  moved.Add("main.graph", std::string(kSource));
  moved.Add("shared/types.graph", "record Answer {\n  best: string\n}\n");
  Result<Compilation> here = Compile(Files(), "work/main.graph", {});
  Result<Compilation> there = Compile(moved, "main.graph", {});
  REQUIRE((here.ok() && there.ok()));
  CHECK(Emit(*here, Stop::Plan) == Emit(*there, Stop::Plan));
}

TEST_CASE("a compilation stops where it is asked to and keeps what it made") {
  for (std::string_view name : {"tokens", "ast", "typed", "ir", "plan"}) {
    CompileOptions options;
    options.stop = *StopFromName(name);
    Result<Compilation> compilation = Compile(Files(), "work/main.graph", options);
    REQUIRE(compilation.ok());
    CHECK_FALSE(Emit(*compilation, options.stop).empty());
    CHECK(compilation->plan.has_value() == (name == "plan"));
  }
  CHECK_FALSE(StopFromName("soup").has_value());
}

TEST_CASE("a file that is not there is a failure, not a diagnostic") {
  Result<Compilation> compilation = Compile(Files(), "nowhere.graph", {});
  REQUIRE_FALSE(compilation.ok());
  CHECK(compilation.error().kind == FailureKind::FileNotFound);
}

TEST_CASE("an import that cannot be read is one diagnostic") {
  InMemoryFileSystem files;
  files.Add("main.graph", std::string(kSource));
  Result<Compilation> compilation = Compile(files, "main.graph", {});
  REQUIRE(compilation.ok());
  CHECK(compilation->diagnostics.Count(Severity::Error) == 1);
  CHECK(compilation->diagnostics.diagnostics().front().kind == DiagnosticKind::ImportNotFound);
}

TEST_CASE("models of a plan are found, or named with every place that was looked in") {
  Result<Compilation> compilation = Compile(Files(), "work/main.graph", {});
  REQUIRE(compilation.ok());
  InMemoryFileSystem files;
  files.Add("models/org/name/config.json", "{}");
  Result<std::vector<std::string>> folders = FindPlanModels(files, {{"models"}, ""}, *compilation->plan, "", "work");
  REQUIRE(folders.ok());
  CHECK(folders->front() == "models/org/name");
  Result<std::vector<std::string>> missing = FindPlanModels(files, {{"elsewhere"}, "cache"}, *compilation->plan, "", "work");
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().kind == FailureKind::ModelNotFound);
  CHECK(missing.error().notes.back().label == "fix");
}

TEST_CASE("the standard library is embedded and compiles without a word") {
  REQUIRE_FALSE(StandardModules().empty());
  for (const StandardModule& module : StandardModules()) {
    InMemoryFileSystem files;
    files.Add("main.graph", "import " + std::string(module.name) + "\n");
    CompileOptions options;
    options.stop = Stop::Typed;
    Result<Compilation> compilation = Compile(files, "main.graph", options);
    REQUIRE(compilation.ok());
    CHECK(compilation->diagnostics.Count(Severity::Error) == 0);
  }
}

}  // namespace plait
