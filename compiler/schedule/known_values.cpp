#include "compiler/schedule/known_values.h"

#include <algorithm>
#include <set>
#include <utility>

namespace plait::schedule {
namespace {

/// Beyond so many parts of values nothing is said.
constexpr size_t kMostParts = 1000;

}  // namespace

std::vector<KnownValue> KnownValues::Of(ir::NodeId node) const {
  std::vector<KnownValue> known;
  std::set<ValuePart> seen = {{node, {}}};
  std::vector<ValuePart> left = {{node, {}}};
  while (!left.empty()) {
    const ValuePart part = std::move(left.back());
    left.pop_back();
    const ir::Node& source = function_.nodes[part.node];
    const ir::Parameter* parameter = ParameterOf(function_, part.node);
    const Value* value = source.kind == ir::NodeKind::Constant              ? &source.constant
                         : parameter != nullptr && parameter->default_value ? &*parameter->default_value
                                                                            : nullptr;
    if (value != nullptr) {
      auto take = [&](const Value& found) {
        known.push_back({found, part.node});
        return true;
      };
      if (!VisitPart(*value, part.path, take)) {
        return {};
      }
      continue;
    }
    std::optional<std::vector<ValuePart>> sources = flow_.SourcesOf(part);
    if (!sources || seen.size() > kMostParts) {
      return {};
    }
    for (ValuePart& next : *sources) {
      if (seen.insert(next).second) {
        left.push_back(std::move(next));
      }
    }
  }
  return known;
}

const ir::Parameter* ParameterOf(const ir::Function& function, ir::NodeId node) {
  const std::vector<ir::NodeId>& parameters = function.regions[function.body].parameters;
  const auto found = std::find(parameters.begin(), parameters.end(), node);
  return found == parameters.end() ? nullptr : &function.parameters[static_cast<size_t>(found - parameters.begin())];
}

std::optional<ir::NodeId> ArgumentOf(const ir::Node& call, std::string_view name) {
  for (size_t i = 0; i < call.operands.size(); ++i) {
    if (call.names[i] == name) {
      return call.operands[i];
    }
  }
  return std::nullopt;
}

}  // namespace plait::schedule
