// What prompts are known to begin with.
#include "compiler/schedule/prompt_starts.h"

#include <doctest/doctest.h>

#include "compiler/ir/text.h"

namespace plait::schedule {
namespace {

std::vector<std::string> StartsIn(const std::string& body) {
  const std::string a(70, 'a');
  const std::string b(80, 'b');
  const std::string text =
      "model @0 S.m: text.Generator = hf(\"org/m\") {}\nmodel @1 S.n: text.Generator = hf(\"org/n\") {}\n"
      "func @S.f(%0 t: string, %1 c: bool) -> [string] entry {\n  %a = constant \"" +
      a + "\" : string\n  %b = constant \"" + b + "\" : string\n" + body + "}\n";
  Result<ir::Graph> graph = ir::Read(text);
  REQUIRE_MESSAGE(graph.ok(), (graph.ok() ? "" : graph.error().place + ": " + graph.error().message));
  return PromptStarts(*graph)[0];
}

const std::string kA(70, 'a');
const std::string kB(80, 'b');

TEST_CASE("a constant before what a request brings is a start, as far as it is constant") {
  CHECK(StartsIn(R"(
  %x = %0 + %b : string
  %y = %a + %x : string
  %z = model @0.generate(prompt: %y) : string
  %l = list(%z) : [string]
  return %l
)") == std::vector{kA});
  CHECK(StartsIn(R"(
  %x = %b + %0 : string
  %y = %a + %x : string
  %z = model @0.generate(prompt: %y) : string
  %l = list(%z) : [string]
  return %l
)") == std::vector{kA + kB});
}

TEST_CASE("arms and items each have their own, the longest first") {
  CHECK(StartsIn(R"(
  %x = if %1 : string { yield %a } else { yield %b }
  %y = %x + %0 : string
  %z = model @0.generate(prompt: %y) : string
  %l = list(%z) : [string]
  return %l
)") == std::vector{kB, kA});
  CHECK(StartsIn(R"(
  %x = %a + %0 : string
  %y = %b + %0 : string
  %p = list(%x, %y) : [string]
  %l = map %p : [string] each (%i: string, %n: int) {
    %z = model @0.generate(prompt: %i) : string
    yield %z
  }
  return %l
)") == std::vector{kB, kA});
}

TEST_CASE("what many arms share is looked at once") {
  std::string body = "  %x0 = if %1 : string { yield %a } else { yield %b }\n";
  for (int i = 1; i < 60; ++i) {
    body += "  %x" + std::to_string(i) + " = if %1 : string { yield %x" + std::to_string(i - 1) + " } else { yield %x" +
            std::to_string(i - 1) + " }\n";
  }
  body += "  %z = model @0.generate(prompt: %x59) : string\n  %l = list(%z) : [string]\n  return %l\n";
  CHECK(StartsIn(body) == std::vector{kB, kA});
}

TEST_CASE("what is short, unknown, no prompt or of another model is none") {
  CHECK(StartsIn(R"(
  %s = constant "short: " : string
  %x = %s + %0 : string
  %y = %0 + %a : string
  %u = model @0.generate(prompt: %x) : string
  %v = model @0.generate(prompt: %y) : string
  %w = model @0.generate(prompt: %0, other: %a) : string
  %z = model @1.generate(prompt: %b) : string
  %l = list(%u, %v, %w, %z) : [string]
  return %l
)")
            .empty());
}

}  // namespace
}  // namespace plait::schedule
