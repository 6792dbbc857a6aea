// What a value is before anything runs.
#pragma once

#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/schedule/value_flow.h"

namespace plait::schedule {

struct KnownValue {
  Value value;
  /// The constant that says so, or the parameter of the function whose default it is.
  ir::NodeId told_by;
};

/// Of one function of a graph without calls of functions, which outlives this.
class KnownValues {
 public:
  explicit KnownValues(const ir::Function& function) : function_(function), flow_(function) {}

  /// All values that the node is one of, in no order and perhaps repeated: constants, and defaults of the function's parameters, which are
  /// taken for what the request brings. Empty where there is none, and where the node may be something else.
  [[nodiscard]] std::vector<KnownValue> Of(ir::NodeId node) const;

 private:
  const ir::Function& function_;
  ValueFlow flow_;
};

/// The parameter of the function that the node is, or null.
const ir::Parameter* ParameterOf(const ir::Function& function, ir::NodeId node);

/// The operand that the call gives for its parameter of this name.
std::optional<ir::NodeId> ArgumentOf(const ir::Node& call, std::string_view name);

}  // namespace plait::schedule
