// Right graphs with tokens dropped, doubled and swapped: whatever comes out is checked to the end.
#include <doctest/doctest.h>

#include <random>

#include "tests/unit/compiler/sema/checked.h"

namespace plait {
namespace {

constexpr int kRounds = 600;

/// Something of every kind that the checker knows.
constexpr const char* kMixed = R"(import std.text
const LIMITS = [1, 2, 3]
const WORST: float = 1 / 3
record Point { x: float, y: float = WORST, name: string? = null }
fn norm(p: Point, scale: int = 2 * LIMITS[1]) -> float { return (p.x * p.x + p.y * p.y) / scale }
fn pick(a: string?, b: [string]) -> string { return if a != null and len(b) > 1 { b[0] } else { if a == null { "none" } else { f"{a}: {b}" } } }
service A { resources { cpu: 2, memory: 4GiB, gpu: 0..1 } traffic { timeout: 20s, batch: { max: 4, wait: 5ms } }
  model m: text.ZeroShot = hf("org/a", revision: "v") { head: random(seed: 1), hypothesis_template: "a {}" }
  api go(s: string, labels: [string] = ["x"]) -> { r: text.ZeroShotResult, n: int? } { return { n: null, r: m.classify(s, labels) } } }
service B { model g: text.Generator = path("dir") uses a: A
  fn one(s: string) -> string { return g.generate(s, stop: ["."], temperature: 1)[0].generated_text }
  api go(s: string) -> { r: text.ZeroShotResult, n: int? } { return a.go(one(s), labels: [t for i, t in [s, one(s)] if i > 0 or t in s]) } }
service C { uses all: [A, B] uses b: B
  api top(p: Point, xs: [string]) -> json { let r = [w.go(x).r.labels[0] for w in all for x in xs] return { r: r, n: norm(p), b: b.go(pick(p.name, r)) } } }
)";

std::vector<std::string> TokensOf(const std::string& text) {
  SourceManager sources;
  DiagnosticList diagnostics;
  FileId file = sources.Add("fuzz.graph", text);
  std::vector<std::string> words;
  for (const Token& token : Lex(sources, file, diagnostics).tokens) {
    words.push_back((token.starts_line ? "\n" : " ") + text.substr(token.begin, token.end - token.begin));
  }
  return words;
}

std::string Mutate(const std::vector<std::string>& tokens, std::mt19937& random) {
  std::vector<std::string> words = tokens;
  auto any = [&] { return random() % words.size(); };
  for (uint32_t i = 0; i < 1 + random() % 4 && words.size() > 1; ++i) {
    switch (random() % 4) {
      case 0:
        words.erase(words.begin() + static_cast<std::ptrdiff_t>(any()));
        break;
      case 1:
        words.insert(words.begin() + static_cast<std::ptrdiff_t>(any()), words[any()]);
        break;
      case 2:
        std::swap(words[any()], words[any()]);
        break;
      default:
        words[any()] = words[any()];
    }
  }
  std::string text;
  for (const std::string& word : words) {
    text += word;
  }
  return text;
}

TEST_CASE("the mixed graph is right before it is mutated") {
  testing::Checked checked = testing::CheckText(kMixed);
  for (const Diagnostic& diagnostic : checked.diagnostics) {
    CAPTURE(diagnostic.message);
    CHECK(diagnostic.severity != Severity::Error);
  }
}

TEST_CASE("mutated graphs are checked to the end") {
  std::mt19937 random(20240607);
  std::vector<std::vector<std::string>> seeds = {TokensOf(kMixed)};
  for (const char* name : {"multi_model", "sequential", "ensemble", "inference_graph"}) {
    seeds.push_back(TokensOf(*MakeRealFileSystem()->ReadFile(JoinPath(PLAIT_SOURCE_DIR, std::string("graphs/") + name + ".graph"))));
  }
  for (int round = 0; round < kRounds; ++round) {
    std::string text = Mutate(seeds[static_cast<size_t>(round) % 2 == 0 ? 0 : random() % seeds.size()], random);
    CAPTURE(text);
    testing::Checked checked = testing::CheckText(text);
    bool has_errors =
        std::ranges::any_of(checked.diagnostics, [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::Error; });
    CHECK(checked.module.has_errors == has_errors);
    CHECK_NOTHROW(static_cast<void>(checked.Dump()));
  }
}

}  // namespace
}  // namespace plait
