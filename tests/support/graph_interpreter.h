// A naive interpreter of graphs, one step at a time, to compare cleverer ones with.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/ir/graph.h"

namespace plait::tests {

/// Answers a call of a model; `call` is the node, `arguments` are its operands by name.
using FakeModel = std::function<Result<Value>(const ir::Graph& graph, const ir::Node& call, const ValueFields& arguments)>;

enum class Strategy {
  /// A node is computed when something needs its value, and once. Lists and records need all of their parts, a map all of its items, a
  /// guard all that what it guards may take from outside.
  ByNeed,
  /// All nodes of a region are computed when the region is, as a plan does.
  WholeRegions,
};

struct Interpretation {
  Result<Value> result;
  /// Each call that was made, as text with its arguments, in order.
  std::vector<std::string> calls;
  /// Whether a guard caught a failure. Which calls are made beside one that fails depends on the order, which is nobody's to rely on.
  bool has_caught = false;
};

/// Runs a function of a graph that is well formed on one argument a parameter.
Interpretation Interpret(const ir::Graph& graph, ir::FunctionId function, const std::vector<Value>& arguments, const FakeModel& model,
                         Strategy strategy);

/// A value of the type that depends on the seed alone: small numbers, short texts, lists of up to three items.
Value FakeValue(const Type& type, const TypeTable& types, uint64_t seed);

/// Answers every call with a fake value of the call's type, seeded by the model, the method and the arguments. One call in
/// `one_failure_in` fails, however often it is made, half of those with `unavailable`; none where that is 0.
FakeModel MakeFakeModel(uint64_t one_failure_in);

}  // namespace plait::tests
