// The runner: names, switches, and that all passes together stay fast on large programs.
#include "compiler/passes/run_passes.h"

#include <chrono>
#include <ctime>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/unit/compiler/passes/passed.h"

namespace plait::tests {
namespace {

TEST_CASE("every pass has a name and says what it does") {
  for (const Pass& pass : AllPasses()) {
    CHECK_FALSE(pass.name.empty());
    CHECK_FALSE(pass.summary.empty());
  }
}

std::vector<std::string> NamesRun(const PassOptions& options) {
  std::vector<std::string> names;
  PassOptions recording = options;
  recording.after = [&](const Pass& pass, const ir::Graph&, std::chrono::nanoseconds took) {
    names.emplace_back(pass.name);
    CHECK(took.count() >= 0);
  };
  RunPasses(ReadFunctions("func @S.f(%0 x: int) -> int entry { return %0 }"), recording);
  return names;
}

TEST_CASE("optional passes can be left out, required ones cannot, unknown names do nothing") {
  std::vector<std::string> all = NamesRun({});
  CHECK(all.size() == AllPasses().size());
  std::vector<std::string> fewer = NamesRun({.disabled = {"merge-equal", "inline-calls", "no-such-pass"}, .after = {}});
  CHECK(std::set<std::string>(fewer.begin(), fewer.end()).contains("inline-calls"));
  CHECK_FALSE(std::set<std::string>(fewer.begin(), fewer.end()).contains("merge-equal"));
  CHECK(fewer.size() < all.size());
}

/// The processor time that all passes take over the functions.
double SecondsFor(const std::string& functions) {
  ir::Graph graph = ReadFunctions(functions);
  std::clock_t start = std::clock();
  RunPasses(std::move(graph), {});
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

/// Each call takes the text of the one before.
std::string Chain(int calls) {
  std::string text = "func @S.f(%0 t: string) -> string entry {\n";
  for (int i = 1; i <= calls; ++i) {
    text += fmt::format("%{} = model @0.a(t: %{}) : string\n", i, i - 1);
  }
  return text + fmt::format("return %{}\n}}\n", calls);
}

/// Calls side by side, each of another constant, in one list.
std::string Fan(int calls) {
  std::string text = "func @S.f(%0 t: string) -> [string] entry {\n";
  std::string items;
  for (int i = 0; i < calls; ++i) {
    text += fmt::format("%c{0} = constant {0} : int\n%r{0} = model @0.a(t: %0, n: %c{0}) : string\n", i);
    items += fmt::format("{}%r{}", i == 0 ? "" : ", ", i);
  }
  return text + fmt::format("%l = list({}) : [string]\nreturn %l\n}}\n", items);
}

/// Branches one after the other, of which each may need the call before it, which the next may need too.
std::string Branches(int calls) {
  std::string text = "func @S.f(%0 t: string, %a a: bool, %b b: bool) -> string entry {\n%r0 = model @0.a(t: %0) : string\n";
  text += "%s0 = str %0 : string\n";
  for (int i = 1; i <= calls; ++i) {
    text += fmt::format("%n{0} = constant {0} : int\n%r{0} = model @0.a(t: %0, n: %n{0}) : string\n", i);
    text += fmt::format("%x{0} = if %{1} : string {{ yield %r{0} }} else {{ yield %r{2} }}\n", i, i % 2 == 0 ? "a" : "b", i - 1);
    text += fmt::format("%s{} = %s{} + %x{} : string\n", i, i - 1, i);
  }
  return text + fmt::format("return %s{}\n}}\n", calls);
}

/// A function that is called so often.
std::string Calls(int calls) {
  std::string text = "func @score(%0 t: string, %1 n: int) -> string {\n%2 = model @0.a(t: %0, n: %1) : [string]\n";
  text += "%3 = constant 0 : int\n%4 = %2[%3] : string\nreturn %4\n}\n";
  text += "func @S.f(%0 t: string) -> [string] entry {\n";
  std::string items;
  for (int i = 0; i < calls; ++i) {
    text += fmt::format("%c{0} = constant {0} : int\n%r{0} = call @score(%0, %c{0}) : string\n", i);
    items += fmt::format("{}%r{}", i == 0 ? "" : ", ", i);
  }
  return text + fmt::format("%l = list({}) : [string]\nreturn %l\n}}\n", items);
}

// The bounds are wide, for a sanitized build: they catch what grows with the square of the size.
TEST_CASE("ten times the program takes about ten times as long") {
  for (std::string (*shape)(int) : {Chain, Fan, Branches, Calls}) {
    double small = SecondsFor(shape(1'000));
    double large = SecondsFor(shape(10'000));
    CHECK(large < 60 * small + 0.5);
  }
}

TEST_CASE("a program of a hundred thousand calls passes") { CHECK(SecondsFor(Chain(100'000)) < 120); }

}  // namespace
}  // namespace plait::tests
