// What right programs become: explicit widenings, filled defaults, unrolled edges, narrowed names.
#include <doctest/doctest.h>

#include "tests/unit/compiler/sema/checked.h"

namespace plait {
namespace {

/// The dump of the last function of a text without errors.
std::string LastFunction(const std::string& text) {
  testing::Checked checked = testing::CheckText(text);
  for (const Diagnostic& diagnostic : checked.diagnostics) {
    CAPTURE(diagnostic.message);
    CHECK(diagnostic.severity != Severity::Error);
  }
  std::string dump = checked.Dump();
  size_t start = 0;
  for (size_t line = 0; line < dump.size(); line = dump.find('\n', line) + 1) {
    if (dump.compare(line, 3, "fn ") == 0 || dump.compare(line, 4, "api ") == 0) {
      start = line;
    }
  }
  return dump.substr(start);
}

TEST_CASE("an int where a float is wanted is widened where it stands") {
  CHECK(LastFunction("fn f(x: int, y: float) -> [float] {\n  return [x, 1, y + x, x / 2, if x > y { x } else { y }]\n}\n") ==
        "fn f(x: int, y: float) -> [float]\n"
        "  return [float(x), float(1), (y + float(x)), (float(x) / float(2)), if (float(x) > y) { float(x) } else { y }]\n");
}

TEST_CASE("items without a wanted type take their common one") {
  CHECK(LastFunction("fn f(x: int?) -> int {\n  let a = [1, 2.5]\n  let b = [1, null, x]\n  let c = [[], [1]]\n  return len(a) + len(b) + "
                     "len(c)\n}\n") ==
        "fn f(x: int?) -> int\n"
        "  let a: [float] = [float(1), 2.5]\n"
        "  let b: [int?] = [1, null, x]\n"
        "  let c: [[int]] = [[], [1]]\n"
        "  return ((len(a) + len(b)) + len(c))\n");
}

TEST_CASE("a record literal has its fields in declared order, defaults included") {
  CHECK(
      LastFunction(
          "record R {\n  a: int = 1\n  b: float\n  c: string? = null\n}\nfn f() -> [R] {\n  return [{ b: 2 }, R { b: 0.5, a: 7 }]\n}\n") ==
      "fn f() -> [R]\n  return [{ a: 1, b: float(2), c: null }, { a: 7, b: 0.5, c: null }]\n");
}

TEST_CASE("an argument finds its parameter by place or by name, and a default fills the rest") {
  CHECK(LastFunction("const K = 2 * 3\nfn g(a: int, b: float = K, c: [string] = [\"x\"]) -> int {\n  return a + len(c) + len(f\"{b}\")\n}\n"
                     "fn f() -> int {\n  return g(c: [], a: 1) + g(2, 3)\n}\n") ==
        "fn f() -> int\n  return (g(a: 1, b: 6.0, c: []) + g(a: 2, b: float(3), c: [\"x\"]))\n");
}

TEST_CASE("a name that was compared with null is there in the right branch") {
  CHECK(LastFunction("fn f(a: int?, b: int?) -> int {\n  return if a != null { a + 1 } else { if (null == b) { 0 } else { b } }\n}\n") ==
        "fn f(a: int?, b: int?) -> int\n  return if (a != null) { (a + 1) } else { if (null == b) { 0 } else { b } }\n");
}

TEST_CASE("a format string is a balanced chain of additions") {
  CHECK(LastFunction("fn f(s: string, n: int) -> string {\n  return f\"{s}: {n}!\"\n}\n") ==
        "fn f(s: string, n: int) -> string\n  return ((s + \": \") + (str(n) + \"!\"))\n");
}

TEST_CASE("logic is branches") {
  CHECK(LastFunction("fn f(a: bool, b: bool) -> bool {\n  return a and b or not a\n}\n") ==
        "fn f(a: bool, b: bool) -> bool\n  return if if a { b } else { false } { true } else { not(a) }\n");
}

TEST_CASE("clauses over data nest in one loop") {
  CHECK(LastFunction("fn f(rows: [[int]]) -> [int] {\n  return [x + i for i, row in rows for x in row if x > 0]\n}\n") ==
        "fn f(rows: [[int]]) -> [int]\n  return [(x + i) for i, row in rows for x in row if (x > 0)]\n");
}

constexpr const char* kTwoServices =
    "import std.text\n"
    "service A {\n  model m: text.Classifier = hf(\"org/a\")\n  api go(s: string, n: int = 1) -> text.Label { return m.classify(s)[n] "
    "}\n}\n"
    "service B {\n  model m: text.Classifier = hf(\"org/b\")\n  api go(s: string) -> text.Label { return m.classify(s, top_k: null)[0] "
    "}\n}\n";

TEST_CASE("a comprehension over edges becomes one call an edge") {
  CHECK(
      LastFunction(
          std::string(kTwoServices) +
          "service S {\n  uses both: [A, B]\n  api a(s: string) -> [float] {\n    return [x.go(s).score + i for i, x in both]\n  }\n}\n") ==
      "api S.a(s: string) -> [float]\n  return [(A.go(s: s, n: 1).score + float(0)), (B.go(s: s).score + float(1))]\n");
}

TEST_CASE("edges and data in one comprehension give one flat list") {
  std::string service =
      std::string(kTwoServices) + "service S {\n  uses both: [A, B]\n  api a(xs: [string]) -> [text.Label] {\n    return ";
  CHECK(LastFunction(service + "[x.go(t) for x in both for t in xs]\n  }\n}\n") ==
        "api S.a(xs: [string]) -> [text.Label]\n  return flatten([[A.go(s: t, n: 1) for t in xs], [B.go(s: t) for t in xs]])\n");
  CHECK(LastFunction(service + "[x.go(t) for t in xs for x in both]\n  }\n}\n") ==
        "api S.a(xs: [string]) -> [text.Label]\n  return flatten([[A.go(s: t, n: 1), B.go(s: t)] for t in xs])\n");
  CHECK(LastFunction(service + "[x.go(\"\") for i, x in both if i < len(xs)]\n  }\n}\n") ==
        "api S.a(xs: [string]) -> [text.Label]\n"
        "  return flatten([if (0 < len(xs)) { [A.go(s: \"\", n: 1)] } else { [] }, if (1 < len(xs)) { [B.go(s: \"\")] } else { [] }])\n");
}

TEST_CASE("a model has every option in a fixed order") {
  testing::Checked checked = testing::CheckText(
      "import std.text\nservice S {\n"
      "  model a: text.ZeroShot = hf(\"org/a\", revision: \"v1\") { head: random(seed: 3), precision: exact }\n"
      "  model b: text.Classifier = path(\"models/b\")\n"
      "  api go(s: string) -> float { return a.classify(s, [s]).scores[0] + b.classify(s)[0].score }\n}\n");
  CHECK(checked.Codes().empty());
  REQUIRE(checked.module.models.size() == 2);
  const sema::Model& a = checked.module.models[sema::ModelId{0}];
  CHECK(a.source == "hf");
  CHECK(a.location == "org/a");
  CHECK(a.revision == "v1");
  CHECK(ToJson(Value::Record(a.options)) == R"({"precision": "exact", "head": {"seed": 3}, "hypothesis_template": "This example is {}."})");
  const sema::Model& b = checked.module.models[sema::ModelId{1}];
  CHECK(b.source == "path");
  CHECK(b.location == "models/b");
  CHECK(ToJson(Value::Record(b.options)) == R"({"precision": "exact", "head": null})");
}

TEST_CASE("settings are in bytes and milliseconds") {
  testing::Checked checked = testing::CheckText(
      "const N = 2\nservice S {\n  resources { cpu: N, memory: 512MiB, gpu: 0..N }\n"
      "  traffic { timeout: 20s, concurrency: 32, batch: { max: 16, wait: 5ms } }\n  scale { replicas: 1..N * 2 }\n"
      "  api a(s: string) -> string { return s }\n}\n");
  CHECK(checked.Codes() == std::vector<std::string>{"idle-resources"});
  const sema::Service& service = checked.module.services[sema::ServiceId{0}];
  CHECK(service.resources.cpu == 2);
  CHECK(service.resources.memory_bytes == int64_t{512} << 20);
  CHECK(service.resources.gpu_min == 0);
  CHECK(service.resources.gpu_max == 2);
  CHECK(service.traffic.timeout_ms == 20000);
  CHECK(service.traffic.concurrency == 32);
  CHECK(service.traffic.batch_max == 16);
  CHECK(service.traffic.batch_wait_ms == 5);
  CHECK(service.scale.replicas_min == 1);
  CHECK(service.scale.replicas_max == 4);
}

TEST_CASE("an imported file's names carry its alias") {
  testing::Checked checked = testing::CheckText(
      "import \"parts/shapes.graph\" as shapes\nfn f(p: shapes.Point) -> [shapes.Point] {\n  return [p, shapes.Point { x: shapes.ZERO }, "
      "shapes.flip(p)]\n}\n",
      {{"parts/shapes.graph",
        "const ZERO = 0.0\nrecord Point {\n  x: float\n  y: float = 1\n}\nfn flip(p: Point) -> Point {\n  return { x: p.y, y: p.x "
        "}\n}\n"}});
  CHECK(checked.Codes().empty());
  std::string dump = checked.Dump();
  CHECK(dump ==
        "record shapes.Point { x: float, y: float = 1.0 }\n"
        "fn f(p: shapes.Point) -> [shapes.Point]\n  return [p, { x: 0.0, y: 1.0 }, shapes.flip(p: p)]\n"
        "fn shapes.flip(p: shapes.Point) -> shapes.Point\n  return { x: p.y, y: p.x }\n");
}

TEST_CASE("any value is json where json is given out") {
  CHECK(LastFunction("record Out {\n  body: json\n}\nfn f(xs: [int]) -> Out {\n  return { body: { items: xs, none: null } }\n}\n") ==
        "fn f(xs: [int]) -> Out\n  return { body: { items: xs, none: null } }\n");
}

TEST_CASE("every expression stands after its parts") {
  testing::Checked checked =
      testing::CheckText(*MakeRealFileSystem()->ReadFile(JoinPath(PLAIT_SOURCE_DIR, "graphs/inference_graph.graph")));
  for (const sema::Function& function : checked.module.functions) {
    for (uint32_t i = 0; i < function.exprs.size(); ++i) {
      if (const auto* apply = std::get_if<sema::Apply>(&function.exprs[sema::ExprId{i}].node)) {
        for (sema::ExprId operand : apply->operands) {
          CHECK(operand.index < i);
        }
      }
    }
  }
}

}  // namespace
}  // namespace plait
