// What a well-formed graph is, fault by fault.
#include <string>

#include <doctest/doctest.h>

#include "compiler/base/convert.h"
#include "compiler/ir/edit.h"
#include "compiler/ir/fits.h"
#include "compiler/ir/text.h"

namespace plait::ir {
namespace {

/// The example that each case damages: %0 n, %1 xs, %2 one, %3 sum, %4 map (%5 item, %6 index; %7 body).
Graph Example() {
  return *Read(R"(model @0 S.m: test.Task = path("m") {}
func @S.main(%0 n: int, %1 xs: [int]) -> [int] entry {
  %2 = constant 1 : int
  %3 = %0 + %2 : int
  %4 = map %1 : [int] each (%5: int, %6: int) {
    %7 = %5 + %3 : int
    yield %7
  }
  return %4
}
)");
}

Function& Main(Graph& graph) { return graph.functions[FunctionId{0}]; }

TEST_CASE("the example is well formed") { CHECK(Verify(Example()) == ""); }

TEST_CASE("order and visibility") {
  Graph graph = Example();
  std::swap(Main(graph).regions[RegionId{0}].nodes[0], Main(graph).regions[RegionId{0}].nodes[1]);
  CHECK(Verify(graph) == "function `S.main`: %3 uses %2, which is not visible there");

  graph = Example();
  Main(graph).regions[RegionId{0}].result = NodeId{7};
  CHECK(Verify(graph).find("has no result that is visible in it") != std::string::npos);

  graph = Example();
  Main(graph).nodes[NodeId{4}].operands[0] = NodeId{99};
  CHECK(Verify(graph) == "function `S.main`: %4 uses %99, which is not visible there");
}

TEST_CASE("a node and a region stand in one place") {
  Graph graph = Example();
  Main(graph).regions[RegionId{0}].nodes.push_back(NodeId{2});
  CHECK(Verify(graph) == "function `S.main`: %2 is missing or stands in two places");

  graph = Example();
  Main(graph).nodes[NodeId{4}].regions.push_back(RegionId{1});
  CHECK(Verify(graph) == "function `S.main`: region 1 is missing or stands in two places");

  graph = Example();
  Main(graph).nodes[NodeId{4}].regions[0] = RegionId{0};
  CHECK(Verify(graph) == "function `S.main`: region 0 is missing or stands in two places");
}

TEST_CASE("types of operands and results") {
  Graph graph = Example();
  Main(graph).nodes[NodeId{2}].type = Type::Of(TypeKind::String);
  CHECK(Verify(graph) == "function `S.main`: %2: the constant 1 is no string");

  graph = Example();
  Main(graph).nodes[NodeId{3}].operation = Operation::In;
  CHECK(Verify(graph) == "function `S.main`: %3: `in` cannot be applied to int, int");

  graph = Example();
  Main(graph).nodes[NodeId{3}].operation = Operation::Divide;
  CHECK(Verify(graph) == "function `S.main`: %3: the result has type float where int is wanted");

  graph = Example();
  Main(graph).nodes[NodeId{3}].operands.pop_back();
  CHECK(Verify(graph) == "function `S.main`: %3: apply has 1 operands instead of 2");

  graph = Example();
  Main(graph).result = Type::List(Type::Of(TypeKind::String));
  CHECK(Verify(graph) == "function `S.main`: it gives [int] instead of [string]");

  graph = Example();
  Main(graph).nodes[NodeId{7}].type = Type();
  CHECK(Verify(graph) == "function `S.main`: %7 has no type");
}

TEST_CASE("calls") {
  Graph graph = Example();
  Node& call = Main(graph).nodes[NodeId{3}];
  call.kind = NodeKind::CallModel;
  call.method = "count";
  call.names = {"a", "a"};
  call.model = ModelId{0};
  CHECK(Verify(graph) == "function `S.main`: %3: a model call names an argument twice");
  call.model = ModelId{5};
  CHECK(Verify(graph) == "function `S.main`: %3 calls a model that does not exist");
  call.kind = NodeKind::CallFunction;
  call.function = FunctionId{9};
  CHECK(Verify(graph) == "function `S.main`: %3 calls a function that does not exist");
}

/// %0 n; %1 try (%2 cast); %3 loop (%4 state; %5 sum; %6 state; %7 test); %8 tolerant try (yields %3).
Graph Guarded() {
  return *Read(R"(func @S.main(%0 n: int) -> { failed: bool, value: int } entry {
  %1 = try within_ms 5 : string {
    %2 = cast %0 : string
    yield %2
  }
  %3 = loop %0 up to 3 : int each (%4: int) {
    %5 = %4 + %4 : int
    yield %5
  } while (%6: int) {
    %7 = is %6 int : bool
    yield %7
  }
  %8 = try tolerant : { failed: bool, value: int } {
    yield %3
  }
  return %8
}
)");
}

TEST_CASE("guards, loops and tests of types") {
  CHECK(Verify(Guarded()) == "");
  auto damaged = [](uint32_t node, auto damage) {
    Graph graph = Guarded();
    damage(Main(graph).nodes[NodeId{node}]);
    return Verify(graph);
  };
  CHECK(damaged(1, [](Node& node) { node.within_ms = 0; }) == "function `S.main`: %1: a try has 0 ms and 0 retries");
  CHECK(damaged(1, [](Node& node) { node.retries = -1; }) == "function `S.main`: %1: a try has 5 ms and -1 retries");
  CHECK(damaged(1, [](Node& node) { node.type = Type::Of(TypeKind::Int); }) ==
        "function `S.main`: %1: what is tried has type string where int is wanted");
  CHECK(damaged(1, [](Node& node) { node.is_tolerant = true; }) == "function `S.main`: %1: a tolerant try gives string");
  CHECK(damaged(3, [](Node& node) { node.limit = 0; }) == "function `S.main`: %3: a loop runs up to 0 rounds");
  CHECK(damaged(4, [](Node& node) { node.type = Type::Of(TypeKind::Float); }).find("%5: the result has type float") != std::string::npos);
  CHECK(damaged(6, [](Node& node) { node.type = Type::Of(TypeKind::Json); }) ==
        "function `S.main`: %3: a loop's region has other parameters than one int");
  CHECK(damaged(7, [](Node& node) { node.type = Type::Of(TypeKind::Int); }) == "function `S.main`: %7: a test for int gives int");
  CHECK(damaged(7, [](Node& node) { node.tested = Type(); }).find("%7: a test for") != std::string::npos);
  CHECK(damaged(8, [](Node& node) { node.is_tolerant = false; }) ==
        "function `S.main`: %8: what is tried has type int where { failed: bool, value: int } is wanted");
}

TEST_CASE("calls may not go in a circle, and names may not repeat") {
  CHECK(Read("func @f() -> int { %0 = call @g() : int return %0 }\nfunc @g() -> int { %0 = call @f() : int return %0 }").error().message ==
        "the graph is not well formed: functions call each other in a circle");
  CHECK(Read("func @f(%0 x: int) -> int { return %0 }\nfunc @f(%0 x: int) -> int { return %0 }").error().message ==
        "the graph is not well formed: two functions are named `f`");
}

TEST_CASE("what fits where") {
  TypeTable types = {{{"R", {{"a", Type::Of(TypeKind::Int), {}}, {"b", Type::Optional(Type::Of(TypeKind::String)), {}}}}}, {}};
  Type r = Type::Record("R");
  Type integer = Type::Of(TypeKind::Int);
  CHECK(TypeFits(Type::Optional(integer), integer, types));
  CHECK(TypeFits(Type::Optional(integer), Type::Of(TypeKind::Null), types));
  CHECK_FALSE(TypeFits(integer, Type::Of(TypeKind::Null), types));
  CHECK(TypeFits(Type::List(integer), Type::List(Type::Of(TypeKind::Never)), types));
  CHECK(TypeFits(r, Type::Anonymous({{"b", Type::Of(TypeKind::Null)}, {"a", integer}}), types));
  CHECK_FALSE(TypeFits(r, Type::Anonymous({{"a", integer}}), types));
  CHECK_FALSE(TypeFits(Type::Of(TypeKind::Float), integer, types));
  CHECK(ValueFits(Value::Record({{"a", Value::Int(1)}, {"b", Value()}}), r, types));
  CHECK_FALSE(ValueFits(Value::Record({{"a", Value::Int(1)}}), r, types));
  CHECK_FALSE(ValueFits(Value::List({Value::Float(1)}), Type::List(integer), types));
  CHECK_FALSE(ValueFits(Value(), Type::Record("Unknown"), types));
}

TEST_CASE("canonical numbers follow the text, and lost nodes go") {
  Graph graph = Example();
  AddConstant(Main(graph), RegionId{0}, Type::Of(TypeKind::Int), Value::Int(9));
  Main(graph).regions[RegionId{0}].nodes.pop_back();
  std::string text = Print(Example());
  CHECK(Print(graph) == text);
  CHECK(Canonical(graph) == Example());
}

TEST_CASE("a copy within one function brings its regions") {
  Graph graph = Example();
  Function& main = Main(graph);
  Copier copier(main, main);
  NodeId copy = copier.CopyNode(NodeId{4}, main.body);
  main.regions[main.body].result = copy;
  CHECK(Verify(graph) == "");
  Placement placement = PlaceNodes(main);
  CHECK(placement.region_of[copy.index] == main.body);
  CHECK(placement.owner_of[main.nodes[copy].regions[0].index] == copy);
}

}  // namespace
}  // namespace plait::ir
