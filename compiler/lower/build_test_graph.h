// A test of the language as a graph of its own.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/sema/typed_module.h"

namespace plait {

/// The method of the models that stand for answered apis.
inline constexpr std::string_view kAnswerMethod = "answer";

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

/// Needs a module without errors, and one of its tests. An api that a `given` answers is one call of a model that bears its name; all else
/// is as in `BuildGraph`.
TestGraph BuildTestGraph(const sema::TypedModule& module, const sema::Test& test);

}  // namespace plait
