// Only some fields of a result.
#include "compiler/passes/project_outputs.h"

#include <doctest/doctest.h>

#include "compiler/ir/text.h"
#include "compiler/passes/run_passes.h"

namespace plait {
namespace {

constexpr const char* kGraph = R"(record Pair { left: string, right: string }
model @0 S.a: test.Task = path("a") {}
model @1 S.b: test.Task = path("b") {}

func @S.pairs(%0 xs: [string], %1 flag: bool) -> { pairs: [Pair], first: Pair? } entry {
  %2 = map %0 : [Pair] each (%3: string, %4: int) {
    %5 = model @0.f(x: %3) : string
    %6 = model @1.f(x: %3) : string
    %7 = record(left: %5, right: %6) : Pair
    yield %7
  }
  %8 = if %1 : Pair? {
    %9 = constant "x" : string
    %10 = model @1.f(x: %9) : string
    %11 = record(left: %9, right: %10) : Pair
    yield %11
  } else {
    %12 = constant null : Pair?
    yield %12
  }
  %13 = record(pairs: %2, first: %8) : { pairs: [Pair], first: Pair? }
  return %13
}
)";

std::string Projected(const std::vector<std::string>& paths, std::string_view entry = "") {
  Result<ir::Graph> graph = ir::Read(kGraph);
  REQUIRE_MESSAGE(graph.ok(), (graph.ok() ? "" : graph.error().place + graph.error().message));
  Result<ir::Graph> projected = ProjectOutputs(*std::move(graph), entry, paths);
  if (!projected.ok()) {
    return projected.error().message;
  }
  CHECK(ir::Verify(*projected).empty());
  ir::Graph done = RunPasses(*std::move(projected), {});
  std::string text = ir::Print(done);
  return done.functions[ir::FunctionId{0}].result.ToString() + (text.find("S.a") != std::string::npos ? " a" : "") +
         (text.find("S.b") != std::string::npos ? " b" : "");
}

}  // namespace

TEST_CASE("what only unwanted fields need is not computed") {
  CHECK(Projected({"pairs.left"}) == "{ pairs: [{ left: string }] } a");
  CHECK(Projected({"pairs.right", "first.left"}) == "{ pairs: [{ right: string }], first: { left: string }? } b");
  CHECK(Projected({"first.left"}) == "{ first: { left: string }? }");
  CHECK(Projected({"pairs"}) == "{ pairs: [Pair] } a b");
}

TEST_CASE("a path that leads nowhere is refused") {
  CHECK(Projected({"pair"}) == "the result has no field `pair`");
  CHECK(Projected({"pairs.middle"}) == "`pairs` has no field `middle`");
  CHECK(Projected({"pairs.left.x"}) == "`left` is `string` and has no fields");
  CHECK(Projected({"pairs"}, "S.other") == "no entry is called `S.other`");
}

}  // namespace plait
