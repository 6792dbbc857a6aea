// Passes on random graphs: whatever is left out, results are the same and a call is made if and only if its value is needed.
#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "compiler/ir/text.h"
#include "compiler/passes/run_passes.h"
#include "tests/support/graph_interpreter.h"
#include "tests/support/random_graph.h"

namespace plait::tests {
namespace {

std::vector<Value> RandomArguments(const ir::Graph& graph, ir::FunctionId entry, uint64_t seed) {
  std::vector<Value> arguments;
  for (const ir::Parameter& parameter : graph.functions[entry].parameters) {
    arguments.push_back(FakeValue(parameter.type, graph.types, ++seed * 7919));
  }
  return arguments;
}

std::set<std::string> Distinct(const std::vector<std::string>& calls) { return {calls.begin(), calls.end()}; }

std::string Show(const Result<Value>& result) { return result.ok() ? ToJson(*result) : "failed: " + result.error().message; }

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

/// Sanitizers take twenty times as long, and look for something else.
#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kGraphs = 30;
#else
constexpr uint64_t kGraphs = 200;
#endif

uint64_t SeedCount() {
  const char* count = std::getenv("PLAIT_FUZZ_SEEDS");
  return count != nullptr ? std::strtoull(count, nullptr, 10) : kGraphs;
}

ir::FunctionId EntryOf(const ir::Graph& graph) { return ir::FunctionId{static_cast<uint32_t>(graph.functions.size() - 1)}; }

bool HasLoop(const ir::Graph& graph) {
  return std::any_of(graph.functions.begin(), graph.functions.end(), [](const ir::Function& function) {
    return std::any_of(function.nodes.begin(), function.nodes.end(), [](const ir::Node& node) { return node.kind == ir::NodeKind::Loop; });
  });
}

void CompareWithReference(const ir::Graph& graph, const ir::Graph& passed, uint64_t seed, bool is_exact) {
  for (uint64_t request = 0; request < 4; ++request) {
    FakeModel model = MakeFakeModel(request == 3 ? 12 : request == 2 ? 4 : 0);
    std::vector<Value> arguments = RandomArguments(graph, EntryOf(graph), seed * 4 + request);
    Interpretation expected = Interpret(graph, EntryOf(graph), arguments, model, Strategy::ByNeed);
    Interpretation got = Interpret(passed, ir::FunctionId{0}, arguments, model, Strategy::WholeRegions);
    if (is_exact) {
      REQUIRE_MESSAGE(got.result.ok() == expected.result.ok(), Show(got.result), " instead of ", Show(expected.result));
    }
    if (!expected.result.ok()) {
      continue;
    }
    REQUIRE(Show(got.result) == Show(expected.result));
    std::set<std::string> made = Distinct(got.calls);
    std::set<std::string> needed = Distinct(expected.calls);
    if (is_exact) {
      REQUIRE(made == needed);
    }
    if (!is_exact && expected.has_caught) {
      continue;
    }
    REQUIRE(std::includes(needed.begin(), needed.end(), made.begin(), made.end()));
    // What only some rounds of a loop need may be called in each of them; at run time equal calls are one.
    if (!HasLoop(graph)) {
      REQUIRE(got.calls.size() <= expected.calls.size());
    }
  }
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
    CompareWithReference(graph, RunPasses(graph, subset), options.seed, !options.takes_parts_of_literals && !options.guards_are_rich);
  }
}

TEST_CASE("every subset of the passes gives the results and makes the calls of the naive interpreter") {
  for (uint64_t seed = 1; seed <= SeedCount(); ++seed) {
    RandomGraphOptions options;
    options.seed = seed;
    options.nodes_per_region = 2 + static_cast<int>(seed % 9);
    options.max_depth = 1 + static_cast<int>(seed % 3);
    TryAllSubsets(options);
  }
}

TEST_CASE("parts of literals that nobody takes are not computed, and nothing else changes") {
  for (uint64_t seed = 1; seed <= SeedCount(); ++seed) {
    RandomGraphOptions options;
    options.seed = seed + 1'000'000;
    options.nodes_per_region = 2 + static_cast<int>(seed % 7);
    options.max_depth = 1 + static_cast<int>(seed % 3);
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

TEST_CASE("passes are deterministic, and their products are canonical and read back") {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    RandomGraphOptions options;
    options.seed = seed + 3'000'000;
    ir::Graph graph = MakeRandomGraph(options);
    std::string text = ir::Print(RunPasses(graph, {}));
    REQUIRE(ir::Print(RunPasses(graph, {})) == text);
    Result<ir::Graph> read = ir::Read(text);
    REQUIRE(read.ok());
    REQUIRE(*read == RunPasses(graph, {}));
  }
}

}  // namespace
}  // namespace plait::tests
