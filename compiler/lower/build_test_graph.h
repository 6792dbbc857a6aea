// A test of the language as a graph of its own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/sema/typed_module.h"

namespace plait {

/// The task and source of a model that stands for a service whose apis are answered: it bears the service's name and has a method an api.
inline constexpr std::string_view kAnsweredTask = "given";

/// Who gives the answers of a call that a test answers or counts, by the names of the graph.
struct AnsweringModel {
  std::string model;
  std::string method;

  bool operator==(const AnsweringModel&) const = default;
};

struct TestGraph {
  /// Its only entry is the test's body, without parameters.
  ir::Graph graph;
  /// One a `given` of the test.
  std::vector<AnsweringModel> givens;
  /// One an `expect`; empty names where it counts no calls.
  std::vector<AnsweringModel> counted;
};

/// Needs a module without errors, its graph as `BuildGraph` makes it, and one of its tests. An api that a `given` answers becomes one call
/// of a model; all else is as in the module's graph.
TestGraph BuildTestGraph(const sema::TypedModule& module, const ir::Graph& graph, const sema::Test& test);

}  // namespace plait
