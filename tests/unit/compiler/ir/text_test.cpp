// The graph as text and back.
#include "compiler/ir/text.h"

#include <random>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/random_graph.h"

namespace plait::ir {
namespace {

constexpr const char* kExample = R"(record Scored { text: string, score: float = 0.5 }
model @0 Gpt2.lm: text.Generator = hf("openai-community/gpt2", "main") {"precision": "exact"}
model @1 Bert.classifier: text.Classifier = path("models/bert") {}
demand Gpt2 cpu 4 memory 8589934592 gpu_min 0 gpu_max 1
demand Bert cpu 2 replicas_min 1 replicas_max 4

func @helper(%0 x: int) -> int {
  %1 = constant 1 : int
  %2 = %0 + %1 : int
  return %2
}

/// Writes.
///
///   Twice.
func @S.main(%0 prompt: string = "hi \"you\"", %1 scores: [float]) -> [Scored] entry timeout_ms 60000 {
  %2 = constant [1, 2.5e-05, {"a": null}] : json
  %3 = constant 128 : int
  %4 = call @helper(%3) : int
  %5 = model @0.generate(prompt: %0, max_length: %4) : [string]
  %6 = map %5 : [Scored] each (%7: string, %8: int) {
    %9 = model @1.score(text: %7) : float
    %10 = record(text: %7, score: %9) : Scored
    yield %10
  } where (%11: string, %12: int) {
    %13 = len %11 : int
    %14 = %13 >= %12 : bool
    yield %14
  }
  %15 = %5[%3] : string
  %16 = - %3 : int
  %17 = %0 in %5 : bool
  %18 = not %17 : bool
  %19 = if %18 : [Scored] {
    %20 = list() : [Scored]
    yield %20
  } else {
    %21 = %6[%16] : Scored
    %22 = field %21.text : string
    %23 = list(%21) : [Scored]
    yield %23
  }
  return %19
}
)";

constexpr const char* kGuarded = R"(enum Verdict { Good = "good", Bad = "BAD" }
model @0 S.m: test.Task = path("m") {}

func @S.main(%0 x: json, %1 n: int) -> { failed: bool, value: string } entry {
  %2 = cast %0 : map<float>
  %3 = is %0 (float | enum Verdict)? : bool
  %4 = try : map<float> {
    yield %2
  }
  %5 = loop %1 up to 5 : int each (%6: int) {
    %7 = - %6 : int
    yield %7
  } while (%8: int) {
    yield %3
  }
  %9 = try within_ms 200 retries 2 tolerant : { failed: bool, value: string } {
    %10 = model @0.answer(x: %2, n: %5) : string
    yield %10
  }
  return %9
}
)";

std::string Refusal(std::string_view text) {
  Result<Graph> graph = Read(text);
  return graph.ok() ? "read" : graph.error().place + ": " + graph.error().message;
}

TEST_CASE("text reads and prints as itself") {
  Result<Graph> graph = Read(kExample);
  REQUIRE_MESSAGE(graph.ok(), (graph.ok() ? "" : graph.error().place + graph.error().message));
  CHECK(Print(*graph) == kExample);
  const Function& main = graph->functions[FunctionId{1}];
  CHECK(main.doc == "Writes.\n\n  Twice.");
  CHECK(main.parameters[0].default_value == Value::String("hi \"you\""));
  CHECK(graph->models[ModelId{0}].revision == "main");
  CHECK(graph->demands[0].gpu_min == 0);
  CHECK(graph->types.records.at("Scored")[1].default_value == Value::Float(0.5));
}

TEST_CASE("casts, tests, guards and loops read and print as themselves") {
  Result<Graph> graph = Read(kGuarded);
  REQUIRE_MESSAGE(graph.ok(), (graph.ok() ? "" : graph.error().place + graph.error().message));
  CHECK(Print(*graph) == kGuarded);
  const Store<NodeId, Node>& nodes = graph->functions[FunctionId{0}].nodes;
  CHECK(nodes[NodeId{3}].tested.Is(TypeKind::Optional));
  CHECK(nodes[NodeId{5}].limit == 5);
  CHECK(nodes[NodeId{9}].within_ms == 200);
  CHECK(nodes[NodeId{9}].retries == 2);
  CHECK(nodes[NodeId{9}].is_tolerant);
}

TEST_CASE("operations of every number of operands read and print as themselves") {
  constexpr const char* kText = R"(func @S.main(%0 m: map<int>, %1 k: string) -> string {
  %2 = %0 lookup %1 : int?
  %3 = entries %0 : [{ key: string, value: int }]
  %4 = text.lower %1 : string
  %5 = text.replace %1, %4, %1 : string
  return %5
}
)";
  Result<Graph> graph = Read(kText);
  REQUIRE_MESSAGE(graph.ok(), (graph.ok() ? "" : graph.error().place + graph.error().message));
  CHECK(Print(*graph) == kText);
}

TEST_CASE("labels may be words, comments and spacing free") {
  Result<Graph> graph = Read("func @f(%x n: int)->int{ // a comment\n%y=%x*%x:int return %y}");
  REQUIRE(graph.ok());
  CHECK(Print(*graph) == "func @f(%0 n: int) -> int {\n  %1 = %0 * %0 : int\n  return %1\n}\n");
}

TEST_CASE("names that are no words are quoted") {
  Result<Graph> graph = Read("model @0 \"a b\": \"t/1\" = \"\"(\"\") {}\nfunc @\"f#2\"(%0 \"p q\": int) -> int {\n  return %0\n}\n");
  REQUIRE(graph.ok());
  CHECK(graph->functions[FunctionId{0}].name == "f#2");
  Result<Graph> again = Read(Print(*graph));
  REQUIRE(again.ok());
  CHECK(*again == *graph);
}

TEST_CASE("places are printed as comments where sources are given") {
  SourceManager sources;
  FileId file = sources.Add("a.graph", "fn f(n: int) -> int { return n + n }");
  Graph graph = *Read("func @f(%0 n: int) -> int {\n  %1 = %0 + %0 : int\n  return %1\n}\n");
  Function& function = graph.functions[FunctionId{0}];
  function.span = {file, 0, 4};
  function.nodes[NodeId{1}].span = {file, 29, 34};
  CHECK(Print(graph, &sources) ==
        "func @f(%0 n: int) -> int {  // a.graph:1:1-4\n  %1 = %0 + %0 : int  // a.graph:1:30-34\n  return %1\n}\n");
  function.span = {};
  function.nodes[NodeId{1}].span = {};
  CHECK(*Read(Print(graph, &sources)) == graph);
}

TEST_CASE("faults are placed") {
  CHECK(Refusal("func") == "graph:1:5: expected `@`, found the end");
  CHECK(Refusal("\n  nonsense") == "graph:2:3: expected `func`, found \"nonsense\"");
  CHECK(Refusal("func @f() -> int {\n  return %1\n}") == "graph:2:12: %1 is not defined");
  CHECK(Refusal("func @f(%0 a: int, %0 b: int) -> int { return %0 }") == "graph:1:29: %0 is defined twice");
  CHECK(Refusal("func @f() -> int {\n  %0 = call @g() : int\n  return %0\n}") == "graph:2:14: there is no function `g`");
  CHECK(Refusal("func @f() -> int {\n  %0 = walk %0 : int") == "graph:2:8: expected an operation, found \"walk\"");
  CHECK(Refusal("func @f(%0 a: [int) -> int { return %0 }") == "graph:1:15: expected a type, found \"[\"");
  CHECK(Refusal("model @1 m: t = hf(\"x\") {}") == "graph:1:9: expected model @0, found @1");
  CHECK(Refusal("record R {}\nrecord R {}") == "graph:2:12: the record `R` is defined twice");
  CHECK(Refusal("func @f() -> int {\n  %0 = constant 99999999999999999999 : int\n") ==
        "graph:2:17: expected an integer of 64 bits, found \"99999999999999999999\"");
  CHECK(Refusal("func @f() -> string {\n  %0 = constant \"abc") == "graph:2:17: a string is not closed");
  CHECK(Refusal("func @f() -> bool {\n  %0 = constant 1 : int\n  return %0\n}") ==
        "graph: the graph is not well formed: function `f`: it gives int instead of bool");
}

TEST_CASE("depth has a limit") {
  std::string nested = "func @f(%c b: bool) -> bool {\n";
  for (int i = 0; i < 100'000; ++i) {
    nested += "%" + std::to_string(i) + " = if %c : bool {\n";
  }
  CHECK(Refusal(nested).find("regions are nested more than") != std::string::npos);
  CHECK_FALSE(Read("func @f() -> json { %0 = constant " + std::string(100'000, '[')).ok());
  CHECK_FALSE(Read("func @f() -> " + std::string(100'000, '[')).ok());
}

TEST_CASE("every graph reads back as itself") {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    tests::RandomGraphOptions options;
    options.seed = seed;
    Graph graph = tests::MakeRandomGraph(options);
    std::string text = Print(graph);
    Result<Graph> read = Read(text);
    REQUIRE_MESSAGE(read.ok(), (read.ok() ? "" : read.error().place + " " + read.error().message));
    REQUIRE(*read == graph);
    REQUIRE(Print(*read) == text);
  }
}

/// Small damage of every kind: bytes gone, doubled, changed; pieces moved.
std::string Damage(std::string text, std::mt19937_64& random) {
  for (uint64_t k = 0; k < 1 + random() % 4 && !text.empty(); ++k) {
    size_t at = random() % text.size();
    size_t length = 1 + random() % 12;
    switch (random() % 4) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(random() % text.size(), text.substr(at, length));
        break;
      case 2:
        text[at] = "%@{}[]().,:=\"0123456789-?\n/abcefilnort"[random() % 37];
        break;
      default:
        text[at] = static_cast<char>(random() % 256);
    }
  }
  return text;
}

TEST_CASE("damaged text is read as another graph or refused with a place") {
  std::mt19937_64 random(9);
  for (int i = 0; i < 1500; ++i) {
    tests::RandomGraphOptions options;
    options.seed = static_cast<uint64_t>(i / 50);
    options.nodes_per_region = 3;
    std::string text = Damage(i % 3 == 0 ? kExample : Print(tests::MakeRandomGraph(options)), random);
    Result<Graph> graph = Read(text);
    if (graph.ok()) {
      REQUIRE(Verify(*graph) == "");
      REQUIRE(*Read(Print(*graph)) == *graph);
    } else {
      REQUIRE(graph.error().kind == FailureKind::PlanInvalid);
      REQUIRE(graph.error().place.starts_with("graph"));
    }
  }
}

}  // namespace
}  // namespace plait::ir
