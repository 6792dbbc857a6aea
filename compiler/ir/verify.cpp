// Verify: the whole graph, function by function.
#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "compiler/base/convert.h"
#include "compiler/ir/fits.h"
#include "compiler/ir/text.h"
#include "compiler/ir/verify_node.h"

namespace plait::ir {
namespace {

/// Walks the regions of one function from the outside in, and knows at each node what it may use.
class FunctionVerifier {
 public:
  FunctionVerifier(const Graph& graph, const Function& function)
      : graph_(graph),
        function_(function),
        is_visible_(function.nodes.size()),
        is_placed_(function.nodes.size()),
        is_owned_(function.regions.size()) {}

  std::string Run() {
    if (std::string fault = Signature(); !fault.empty()) {
      return fault;
    }
    if (std::string fault = CheckRegion(function_.body); !fault.empty()) {
      return fault;
    }
    const Type& result = function_.nodes[function_.regions[function_.body].result].type;
    return TypeFits(function_.result, result, graph_.types)
               ? ""
               : fmt::format("it gives {} instead of {}", result.ToString(), function_.result.ToString());
  }

 private:
  std::string Signature() {
    if (!InRange(function_.body)) {
      return "it has no body";
    }
    const std::vector<NodeId>& parameters = function_.regions[function_.body].parameters;
    if (parameters.size() != function_.parameters.size()) {
      return "its body has not one parameter for each of its own";
    }
    for (size_t i = 0; i < parameters.size(); ++i) {
      const Parameter& parameter = function_.parameters[i];
      if (!InRange(parameters[i]) || !(function_.nodes[parameters[i]].type == parameter.type)) {
        return fmt::format("the parameter `{}` differs from its node", parameter.name);
      }
      if (parameter.default_value && !ValueFits(*parameter.default_value, parameter.type, graph_.types)) {
        return fmt::format("the default of `{}` is no {}", parameter.name, parameter.type.ToString());
      }
    }
    return "";
  }

  [[nodiscard]] bool InRange(NodeId id) const { return id.index < function_.nodes.size(); }
  [[nodiscard]] bool InRange(RegionId id) const { return id.index < function_.regions.size(); }

  std::string CheckRegion(RegionId id) {
    if (!InRange(id) || is_owned_[id.index]) {
      return fmt::format("region {} is missing or stands in two places", id.index);
    }
    is_owned_[id.index] = true;
    const Region& region = function_.regions[id];
    for (NodeId parameter : region.parameters) {
      if (std::string fault = Place(parameter); !fault.empty()) {
        return fault;
      }
      const Node& node = function_.nodes[parameter];
      if (node.kind != NodeKind::Parameter || !node.operands.empty() || !node.regions.empty()) {
        return fmt::format("%{} is no parameter", parameter.index);
      }
      is_visible_[parameter.index] = true;
    }
    for (NodeId node : region.nodes) {
      if (std::string fault = CheckNode(node); !fault.empty()) {
        return fault;
      }
      is_visible_[node.index] = true;
    }
    if (!InRange(region.result) || !is_visible_[region.result.index]) {
      return fmt::format("region {} has no result that is visible in it", id.index);
    }
    Hide(region);
    return "";
  }

  std::string Place(NodeId id) {
    if (!InRange(id) || is_placed_[id.index]) {
      return fmt::format("%{} is missing or stands in two places", id.index);
    }
    is_placed_[id.index] = true;
    return function_.nodes[id].type.is_error() ? fmt::format("%{} has no type", id.index) : "";
  }

  std::string CheckNode(NodeId id) {
    if (std::string fault = Place(id); !fault.empty()) {
      return fault;
    }
    const Node& node = function_.nodes[id];
    for (NodeId operand : node.operands) {
      if (!InRange(operand) || !is_visible_[operand.index]) {
        return fmt::format("%{} uses %{}, which is not visible there", id.index, operand.index);
      }
    }
    for (RegionId region : node.regions) {
      if (std::string fault = CheckRegion(region); !fault.empty()) {
        return fault;
      }
    }
    if (node.kind == NodeKind::CallModel && node.model.index >= graph_.models.size()) {
      return fmt::format("%{} calls a model that does not exist", id.index);
    }
    if (node.kind == NodeKind::CallFunction && node.function.index >= graph_.functions.size()) {
      return fmt::format("%{} calls a function that does not exist", id.index);
    }
    std::string fault = VerifyNode(graph_, function_, node);
    return fault.empty() ? "" : fmt::format("%{}: {}", id.index, fault);
  }

  void Hide(const Region& region) {
    for (NodeId node : region.parameters) {
      is_visible_[node.index] = false;
    }
    for (NodeId node : region.nodes) {
      is_visible_[node.index] = false;
    }
  }

  const Graph& graph_;
  const Function& function_;
  std::vector<bool> is_visible_;
  std::vector<bool> is_placed_;
  std::vector<bool> is_owned_;
};

/// Needs all called functions to exist. Takes away functions that call only what is taken away already; what remains is a cycle.
bool CallsAreAcyclic(const Graph& graph) {
  size_t count = graph.functions.size();
  std::vector<std::vector<uint32_t>> callers(count);
  std::vector<size_t> calls_left(count);
  for (uint32_t i = 0; i < count; ++i) {
    for (const Node& node : graph.functions[FunctionId{i}].nodes) {
      if (node.kind == NodeKind::CallFunction) {
        callers[node.function.index].push_back(i);
        ++calls_left[i];
      }
    }
  }
  std::vector<uint32_t> done;
  for (uint32_t i = 0; i < count; ++i) {
    if (calls_left[i] == 0) {
      done.push_back(i);
    }
  }
  for (size_t next = 0; next < done.size(); ++next) {
    for (uint32_t caller : callers[done[next]]) {
      if (--calls_left[caller] == 0) {
        done.push_back(caller);
      }
    }
  }
  return done.size() == count;
}

std::string CheckNames(const Graph& graph) {
  std::set<std::string_view> names;
  for (const Function& function : graph.functions) {
    if (!names.insert(function.name).second) {
      return fmt::format("two functions are named `{}`", function.name);
    }
  }
  return "";
}

}  // namespace

std::string Verify(const Graph& graph) {
  if (std::string fault = CheckNames(graph); !fault.empty()) {
    return fault;
  }
  for (const Function& function : graph.functions) {
    if (std::string fault = FunctionVerifier(graph, function).Run(); !fault.empty()) {
      return fmt::format("function `{}`: {}", function.name, fault);
    }
  }
  // A node that stands nowhere may hold any function id.
  for (const Function& function : graph.functions) {
    if (std::any_of(function.nodes.begin(), function.nodes.end(), [&](const Node& node) {
          return node.kind == NodeKind::CallFunction && node.function.index >= graph.functions.size();
        })) {
      return fmt::format("function `{}`: a call of a function that does not exist", function.name);
    }
  }
  return CallsAreAcyclic(graph) ? "" : "functions call each other in a circle";
}

}  // namespace plait::ir
