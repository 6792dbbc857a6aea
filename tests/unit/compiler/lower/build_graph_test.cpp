// Sources as graphs.
#include "compiler/lower/build_graph.h"

#include <string>

#include <doctest/doctest.h>

#include "compiler/base/file_system.h"
#include "compiler/ir/edit.h"
#include "compiler/ir/text.h"
#include "compiler/passes/run_passes.h"
#include "tests/support/module_folder.h"

namespace plait::testing {
namespace {

/// A source that has no faults, as a graph. `sources` is for its places.
ir::Graph Lowered(SourceManager& sources, const std::string& text) {
  DiagnosticList diagnostics;
  InMemoryFileSystem disk;
  ModuleFolder modules(sources, diagnostics, disk, "");
  sema::TypedModule module = sema::Check(*modules.LoadText("main.graph", text), modules, diagnostics);
  for (const Diagnostic& diagnostic : diagnostics.diagnostics()) {
    CAPTURE(diagnostic.message);
    REQUIRE(GetDiagnosticInfo(diagnostic.kind).severity != Severity::Error);
  }
  ir::Graph graph = BuildGraph(module);
  REQUIRE(ir::Verify(graph) == "");
  CHECK(ir::Canonical(graph) == graph);
  return graph;
}

ir::Graph Lowered(const std::string& text) {
  SourceManager sources;
  return Lowered(sources, text);
}

/// The text of the functions only.
std::string Functions(const std::string& source) {
  std::string text = ir::Print(Lowered(source));
  return text.substr(text.find("func @"));
}

TEST_CASE("operators, lists, records and fields") {
  CHECK(Functions(R"(record P { a: int, b: string = "x" }
fn f(n: int) -> P {
  let xs = [n, 2 * n]
  return { a: xs[0], b: f"{n}!" }
}
service S { api g(n: int) -> string { return f(n).b } }
)") == R"(func @f(%0 n: int) -> P {
  %1 = constant 2 : int
  %2 = %1 * %0 : int
  %3 = list(%0, %2) : [int]
  %4 = constant 0 : int
  %5 = %3[%4] : int
  %6 = str %0 : string
  %7 = constant "!" : string
  %8 = %6 + %7 : string
  %9 = record(a: %5, b: %8) : P
  return %9
}

func @S.g(%0 n: int) -> string entry timeout_ms 60000 {
  %1 = call @f(%0) : P
  %2 = field %1.b : string
  return %2
}
)");
}

TEST_CASE("branches and their lets stand in arms") {
  CHECK(Functions(R"(service S {
  api f(n: int, c: bool) -> int {
    return if c and n > 0 { let m = n + 1 m * m } else { n }
  }
}
)") == R"(func @S.f(%0 n: int, %1 c: bool) -> int entry timeout_ms 60000 {
  %2 = if %1 : bool {
    %3 = constant 0 : int
    %4 = %0 > %3 : bool
    yield %4
  } else {
    %5 = constant false : bool
    yield %5
  }
  %6 = if %2 : int {
    %7 = constant 1 : int
    %8 = %0 + %7 : int
    %9 = %8 * %8 : int
    yield %9
  } else {
    yield %0
  }
  return %6
}
)");
}

TEST_CASE("a comprehension is a map; a condition is its second region; several clauses nest and are flattened") {
  CHECK(Functions(R"(service S {
  api f(xs: [int], ys: [int]) -> [int] {
    return [x * y + i for i, x in xs if x > i for y in ys]
  }
}
)") == R"(func @S.f(%0 xs: [int], %1 ys: [int]) -> [int] entry timeout_ms 60000 {
  %2 = map %0 : [[int]] each (%3: int, %4: int) {
    %5 = map %1 : [int] each (%6: int, %7: int) {
      %8 = %3 * %6 : int
      %9 = %8 + %4 : int
      yield %9
    }
    yield %5
  } where (%10: int, %11: int) {
    %12 = %10 > %11 : bool
    yield %12
  }
  %13 = flatten %2 : [int]
  return %13
}
)");
}

constexpr const char* kWriters = R"(import std.text
service A {
  resources { cpu: 2, memory: 4GiB }
  scale { replicas: 1..4 }
  model lm: text.Classifier = hf("org/m", revision: "main") { device: cpu }
  api label(t: string) -> string { return lm.classify(t)[0].label }
}
service B {
  resources { gpu: 0..1 }
  traffic { timeout: 1500ms }
  model same: text.Classifier = hf("org/m", revision: "main")
  model other: text.Classifier = hf("org/m")
  model few: text.Classifier = hf("org/m") { batch: 2 }
  uses a: A
  uses c: C
  /// Labels it.
  api label(t: string = "hi") -> [string] {
    return [a.label(t), c.label(t), same.classify(t)[0].label, other.classify(t)[0].label, few.classify(t)[0].label]
  }
}
service C {
  scale { replicas: 2 }
  model few: text.Classifier = hf("org/m") { batch: 2 }
  api label(t: string) -> string { return few.classify(t)[0].label }
}
)";

TEST_CASE("equal models are one; demands and timeouts come from the services; entries are the apis of those that no other uses") {
  SourceManager sources;
  ir::Graph graph = Lowered(sources, kWriters);
  REQUIRE(graph.models.size() == 3);
  CHECK(graph.models[ir::ModelId{0}].name == "A.lm");
  CHECK(graph.models[ir::ModelId{0}].task == "text.Classifier");
  CHECK(graph.models[ir::ModelId{0}].location == "org/m");
  CHECK(graph.models[ir::ModelId{0}].revision == "main");
  CHECK(graph.models[ir::ModelId{1}].name == "B.other");
  CHECK(graph.models[ir::ModelId{2}].name == "B.few");
  CHECK(graph.models[ir::ModelId{2}].options.back() == std::pair<std::string, Value>("batch", Value::Int(2)));
  REQUIRE(graph.demands.size() == 3);
  CHECK(graph.demands[0].service == "A");
  CHECK(graph.demands[0].memory_bytes == int64_t{4} << 30);
  CHECK(graph.demands[0].replicas_max == 4);
  CHECK(graph.demands[1].gpu_max == 1);
  CHECK(graph.demands[2].service == "C");
  CHECK(graph.demands[2].replicas_min == 2);
  CHECK(graph.demands[2].replicas_max == 2);
  for (const ir::Function& function : graph.functions) {
    CHECK(function.is_entry == (function.name == "B.label"));
    CHECK(function.timeout_ms == (function.is_entry ? std::optional<int64_t>(1500) : std::nullopt));
  }
}

TEST_CASE("after the passes only entries are left, with the places of the lines that the work comes from") {
  SourceManager sources;
  ir::Graph graph = RunPasses(Lowered(sources, kWriters), {});
  REQUIRE(graph.functions.size() == 1);
  const ir::Function& entry = graph.functions[ir::FunctionId{0}];
  CHECK(entry.doc == "Labels it.");
  CHECK(entry.parameters[0].default_value == Value::String("hi"));
  std::vector<std::string> places;
  for (const ir::Node& node : entry.nodes) {
    if (node.kind == ir::NodeKind::CallModel) {
      places.push_back(sources.Place(node.span));
    }
  }
  // A call through an edge and the one of the equal model are one call, under the callee's line.
  REQUIRE(places.size() == 3);
  CHECK(places[0] == "main.graph:6:43-56");
  CHECK(places[1].starts_with("main.graph:24:"));
  CHECK(places[2].starts_with("main.graph:18:"));
}

TEST_CASE("the arguments of a model call carry the names of its parameters, defaults included") {
  std::string text = Functions(kWriters);
  CHECK(text.find("model @0.classify(text: %0, top_k: %1) : [text.Label]") != std::string::npos);
}

TEST_CASE("the graphs of this checkout") {
  for (const char* name : {"ensemble", "inference_graph", "multi_model", "sequential"}) {
    CAPTURE(name);
    Result<std::string> text = MakeRealFileSystem()->ReadFile(JoinPath(PLAIT_SOURCE_DIR, std::string("graphs/") + name + ".graph"));
    REQUIRE(text.ok());
    ir::Graph graph = Lowered(*text);
    std::string printed = ir::Print(graph);
    Result<ir::Graph> read = ir::Read(printed);
    REQUIRE_MESSAGE(read.ok(), (read.ok() ? "" : read.error().message));
    CHECK(ir::Print(*read) == printed);
    RunPasses(graph, {});
  }
}

}  // namespace
}  // namespace plait::testing
