// Faults that the golden tests do not show: what must stay silent, what must not run away, how long it may take.
#include <doctest/doctest.h>

#include <chrono>

#include "tests/unit/compiler/sema/checked.h"

namespace plait {
namespace {

using Codes = std::vector<std::string>;

TEST_CASE("a faulty declaration brings one report, its uses none") {
  CHECK(testing::CheckText(
            "record R {\n  a: Unknown\n}\nfn f(r: R, x: Missing) -> [Unknwn] {\n  let y = r.a + x\n  return [y, x.field, g(y)]\n}\n"
            "fn g(x: Gone) -> Gone {\n  return x\n}\n")
            .Codes() == Codes(5, "unknown-name"));
}

TEST_CASE("a misspelt argument is not also missing") {
  CHECK(testing::CheckText("fn f(sentence: string) -> string {\n  return sentence\n}\nfn g() -> string {\n  return f(sentense: \"a\")\n}\n")
            .Codes() == Codes{"unknown-argument"});
  CHECK(testing::CheckText("fn f(a: int, b: int) -> int {\n  return a + b\n}\nfn g() -> int {\n  return f(a: 1, 2)\n}\n").Codes() ==
        Codes{"argument-order"});
}

TEST_CASE("a fault in an element over edges is reported once") {
  testing::Checked checked = testing::CheckText(
      "service A {\n  api a(s: string) -> string { return s }\n}\nservice B {\n  api a(s: string) -> string { return s }\n}\n"
      "service S {\n  uses both: [A, B]\n  api a() -> [string] { return [x.a(\"\", n: 1) for x in both] }\n}\n");
  CHECK(checked.Codes() == Codes{"unknown-argument"});
  CHECK(checked.diagnostics[0].fixes[0].text == "declare `n: int = 1` in `A.a`, or drop the argument");
}

TEST_CASE("a suggestion can be applied") {
  testing::Checked checked = testing::CheckText("fn f(text: string) -> string {\n  return txt\n}\n");
  REQUIRE(checked.Codes() == Codes{"unknown-name"});
  CHECK(checked.diagnostics[0].fixes[0].replacement == "text");
  CHECK(checked.diagnostics[0].fixes[0].span == checked.diagnostics[0].primary.span);
}

TEST_CASE("a faulty default brings no fault where it is left out") {
  CHECK(testing::CheckText("record R {\n  x: float = \"a\"\n}\nconst N = R {}.x + 1\nfn f(a: int = 1.5) -> float {\n  return N + a\n}\nfn "
                           "g() -> float {\n  return f() + 1\n}\n")
            .Codes() == Codes(2, "type-mismatch"));
}

TEST_CASE("a module that syntax errors left behind is marked") {
  CHECK(testing::CheckText("fn f( -> int {\n").module.has_errors);
  CHECK(
      testing::CheckText("import \"a.graph\" as a\nfn f(x: a.A) -> a.A {\n  return x\n}\n", {{"a.graph", "record A { x: int }\nrecord\n"}})
          .module.has_errors);
}

TEST_CASE("circles of imports and of constants come to an end") {
  CHECK(testing::CheckText("import \"main2.graph\" as m\nfn f(x: m.R) -> m.R {\n  return x\n}\n",
                           {{"main2.graph", "import \"main3.graph\" as m\nrecord R { r: m.R? }\n"},
                            {"main3.graph", "import \"main2.graph\" as m\nrecord R { r: m.R? }\n"}})
            .Codes() == Codes{"import-cycle"});
  CHECK(testing::CheckText("const A = B\nconst B = C\nconst C = A\nfn f() -> int {\n  return A\n}\n").Codes() == Codes{"not-constant"});
}

TEST_CASE("a long chain of constants is refused, not crashed on") {
  std::string text;
  for (int i = 0; i < 5000; ++i) {
    text += "const A" + std::to_string(i) + " = A" + std::to_string(i + 1) + " + 1\n";
  }
  Codes codes = testing::CheckText(text + "const A5000 = 1\n").Codes();
  CHECK(std::ranges::all_of(codes, [](const std::string& code) { return code == "nested-too-deep"; }));
  CHECK(codes.size() < 100);
}

TEST_CASE("loops over edges within each other do not explode") {
  std::string text =
      "service A {\n  api a() -> int { return 1 }\n}\nservice B {\n  api a() -> int { return 1 }\n}\nservice S {\n  uses w: [A, B]\n  api "
      "a() -> [int] {\n    return [1";
  for (int i = 0; i < 40; ++i) {
    text += " for x" + std::to_string(i) + " in w";
  }
  CHECK(testing::CheckText(text + "]\n  }\n}\n").Codes() == Codes{"nested-too-deep"});
}

TEST_CASE("ten thousand calls are checked in time") {
  std::string text = "import std.text\nservice S {\n  model m: text.Classifier = hf(\"org/name\")\n  api a(s: string) -> [text.Label] {\n";
  for (int i = 0; i < 10000; ++i) {
    text +=
        "    let v" + std::to_string(i) + " = m.classify(" + (i == 0 ? "s" : "v" + std::to_string(i - 1) + "[0].label") + ", top_k: 2)\n";
  }
  text += "    return v9999\n  }\n}\n";
  auto start = std::chrono::steady_clock::now();
  CHECK(testing::CheckText(text).Codes().empty());
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  MESSAGE("seconds: " << seconds.count());
  CHECK(seconds.count() < 60);  // far above what a sanitized build on a busy machine needs, far below what a quadratic one does
}

}  // namespace
}  // namespace plait
