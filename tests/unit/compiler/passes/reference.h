// Graphs after passes against the naive interpreter of the graphs before.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "compiler/ir/graph.h"
#include "tests/support/folded.h"
#include "tests/support/graph_interpreter.h"
#include "tests/support/random_graph.h"

namespace plait::tests {

inline std::vector<Value> RandomArguments(const ir::Graph& graph, ir::FunctionId entry, uint64_t seed) {
  std::vector<Value> arguments;
  for (const ir::Parameter& parameter : graph.functions[entry].parameters) {
    arguments.push_back(FakeValue(parameter.type, graph.types, ++seed * 7919));
  }
  return arguments;
}

inline std::set<std::string> Distinct(const std::vector<std::string>& calls) { return {calls.begin(), calls.end()}; }

inline std::string Show(const Result<Value>& result) { return result.ok() ? ToJson(*result) : "failed: " + result.error().message; }

/// Sanitizers take twenty times as long, and look for something else.
#ifdef PLAIT_SANITIZED
inline constexpr uint64_t kGraphs = 30;
#else
inline constexpr uint64_t kGraphs = 200;
#endif

inline uint64_t SeedCount() {
  const char* count = std::getenv("PLAIT_FUZZ_SEEDS");
  return count != nullptr ? std::strtoull(count, nullptr, 10) : kGraphs;
}

inline ir::FunctionId EntryOf(const ir::Graph& graph) { return ir::FunctionId{static_cast<uint32_t>(graph.functions.size() - 1)}; }

/// Whether something runs as often as only running it tells: the rounds of a loop, the pieces of a stream.
inline bool HasUnknownRounds(const ir::Graph& graph) {
  return std::ranges::any_of(graph.functions, [](const ir::Function& function) {
    return std::ranges::any_of(function.nodes, [&](const ir::Node& node) {
      return node.kind == ir::NodeKind::Loop ||
             (node.kind == ir::NodeKind::Map && function.nodes[node.operands[0]].type.Is(TypeKind::Stream));
    });
  });
}

/// The graph to interpret naively: the random one itself or, where it is of a kind in which the interpreter computes what folding sees that
/// no path takes, the folded one.
inline ir::Graph ReferenceOf(const ir::Graph& graph, const RandomGraphOptions& options) {
  return options.takes_parts_of_literals || options.guards_are_rich ? Folded(graph) : graph;
}

/// Requires that a graph gives after the passes what the reference gives, or fails as it does, and makes the calls that are needed.
inline void CompareWithReference(const ir::Graph& reference, const ir::Graph& passed, uint64_t seed) {
  for (uint64_t request = 0; request < 4; ++request) {
    FakeModel model = MakeFakeModel(request == 3 ? 12 : request == 2 ? 4 : 0);
    std::vector<Value> arguments = RandomArguments(reference, EntryOf(reference), seed * 4 + request);
    Interpretation expected = Interpret(reference, EntryOf(reference), arguments, model, Strategy::ByNeed);
    Interpretation got = Interpret(passed, ir::FunctionId{0}, arguments, model, Strategy::WholeRegions);
    REQUIRE_MESSAGE(got.result.ok() == expected.result.ok(), Show(got.result), " instead of ", Show(expected.result));
    if (!expected.result.ok()) {
      continue;
    }
    REQUIRE(Show(got.result) == Show(expected.result));
    REQUIRE(Distinct(got.calls) == Distinct(expected.calls));
    // What only some of the rounds need may be called in each of them; at run time equal calls are one.
    if (!HasUnknownRounds(reference)) {
      REQUIRE(got.calls.size() <= expected.calls.size());
    }
  }
}

}  // namespace plait::tests
