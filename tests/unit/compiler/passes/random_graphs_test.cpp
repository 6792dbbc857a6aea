// Passes on random graphs: whatever is left out, results are the same and a call is made if and only if its value is needed.
#include <set>
#include <string>
#include <vector>

#include "compiler/ir/text.h"
#include "compiler/passes/run_passes.h"
#include "tests/unit/compiler/passes/reference.h"

namespace plait::tests {
namespace {

std::set<std::string> OptionalPasses() {
  std::set<std::string> names;
  for (const Pass& pass : AllPasses()) {
    if (!pass.is_required) {
      names.insert(std::string(pass.name));
    }
  }
  return names;
}

/// All ways to leave out some of the optional passes.
std::vector<PassOptions> AllSubsets() {
  std::set<std::string> names = OptionalPasses();
  std::vector<std::string> optional(names.begin(), names.end());
  std::vector<PassOptions> subsets(size_t{1} << optional.size());
  for (size_t subset = 0; subset < subsets.size(); ++subset) {
    for (size_t i = 0; i < optional.size(); ++i) {
      if ((subset >> i & 1U) != 0) {
        subsets[subset].disabled.insert(optional[i]);
      }
    }
  }
  return subsets;
}

void TryAllSubsets(const RandomGraphOptions& options) {
  ir::Graph graph = MakeRandomGraph(options);
  REQUIRE(ir::Verify(graph) == "");
  for (const PassOptions& subset : AllSubsets()) {
    std::string disabled;
    for (const std::string& name : subset.disabled) {
      disabled += name + " ";
    }
    CAPTURE(options.seed);
    CAPTURE(disabled);
    CompareWithReference(ReferenceOf(graph, options), RunPasses(graph, subset), options.seed);
  }
}

TEST_CASE("every subset of the passes gives the results and makes the calls of the naive interpreter") {
  for (uint64_t seed = 1; seed <= SeedCount(); ++seed) {
    RandomGraphOptions options;
    options.seed = seed;
    options.nodes_per_region = 2 + static_cast<int>(seed % 9);
    options.max_depth = 1 + static_cast<int>(seed % 3);
    options.gives_many = seed % 2 == 0;
    TryAllSubsets(options);
  }
}

TEST_CASE("parts of literals that nobody takes are not computed, and nothing else changes") {
  for (uint64_t seed = 1; seed <= SeedCount(); ++seed) {
    RandomGraphOptions options;
    options.seed = seed + 1'000'000;
    options.nodes_per_region = 2 + static_cast<int>(seed % 7);
    options.max_depth = 1 + static_cast<int>(seed % 3);
    options.gives_many = seed % 2 == 0;
    options.takes_parts_of_literals = true;
    TryAllSubsets(options);
  }
}

TEST_CASE("guards around anything catch what is theirs and nothing else") {
  for (uint64_t seed = 1; seed <= SeedCount(); ++seed) {
    RandomGraphOptions options;
    options.seed = seed + 4'000'000;
    options.nodes_per_region = 2 + static_cast<int>(seed % 7);
    options.max_depth = 1 + static_cast<int>(seed % 3);
    options.gives_many = seed % 2 == 0;
    options.guards_are_rich = true;
    TryAllSubsets(options);
  }
}

TEST_CASE("each pass keeps what a graph means, also before the calls have sunk") {
  for (uint64_t seed = 1; seed <= SeedCount(); ++seed) {
    CAPTURE(seed);
    RandomGraphOptions options;
    options.seed = seed + 2'000'000;
    ir::Graph graph = MakeRandomGraph(options);
    std::vector<Value> arguments = RandomArguments(graph, EntryOf(graph), seed);
    FakeModel model = MakeFakeModel(0);
    Interpretation expected = Interpret(graph, EntryOf(graph), arguments, model, Strategy::ByNeed);
    PassOptions each;
    each.after = [&](const Pass& pass, const ir::Graph& after, std::chrono::nanoseconds) {
      CAPTURE(pass.name);
      Interpretation got = Interpret(after, ir::FunctionId{0}, arguments, model, Strategy::ByNeed);
      REQUIRE(got.result.ok() == expected.result.ok());
      if (expected.result.ok()) {
        REQUIRE(Show(got.result) == Show(expected.result));
        REQUIRE(Distinct(got.calls) == Distinct(expected.calls));
      }
    };
    RunPasses(graph, each);
  }
}

/// Texts of graphs do not say where things stand in a source.
ir::Graph WithoutPlaces(ir::Graph graph) {
  for (ir::Function& function : graph.functions) {
    for (ir::Node& node : function.nodes) {
      node.item_spans.clear();
    }
  }
  return graph;
}

TEST_CASE("passes are deterministic, and their products are canonical and read back") {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    RandomGraphOptions options;
    options.seed = seed + 3'000'000;
    ir::Graph graph = MakeRandomGraph(options);
    std::string text = ir::Print(RunPasses(graph, {}));
    REQUIRE(ir::Print(RunPasses(graph, {})) == text);
    Result<ir::Graph> read = ir::Read(text);
    REQUIRE(read.ok());
    REQUIRE(*read == WithoutPlaces(RunPasses(graph, {})));
  }
}

}  // namespace
}  // namespace plait::tests
