#include "compiler/schedule/value_flow.h"

#include <algorithm>
#include <utility>

namespace plait::schedule {
namespace {

using ir::NodeKind;
using Parts = std::optional<std::vector<ValuePart>>;

/// Whether the operation gives items of its first operand, a list, and nothing else.
bool KeepsItems(Operation operation) {
  switch (operation) {
    case Operation::ListSort:
    case Operation::ListTop:
    case Operation::ListReverse:
    case Operation::ListDistinct:
    case Operation::ListTake:
    case Operation::ListDrop:
      return true;
    default:
      return false;
  }
}

/// Takes the step off the path that it begins with; false where it begins with another.
bool TakeStep(ValuePath& path, std::string_view step) {
  bool is_next = !path.empty() && path.back() == step;
  if (is_next) {
    path.pop_back();
  }
  return is_next;
}

Parts EachOf(const std::vector<ir::NodeId>& nodes, const ValuePath& path) {
  std::vector<ValuePart> parts;
  std::ranges::transform(nodes, std::back_inserter(parts), [&](ir::NodeId node) { return ValuePart{node, path}; });
  return parts;
}

Parts OfApply(const ir::Node& node, ValuePath path) {
  if (node.operation == Operation::Index) {
    path.emplace_back(kItem);
    return EachOf({node.operands[0]}, path);
  }
  if (path.empty() || path.back() != kItem) {
    return std::nullopt;
  }
  if (KeepsItems(node.operation)) {
    return EachOf({node.operands[0]}, path);
  }
  if (node.operation == Operation::Add) {
    return EachOf(node.operands, path);
  }
  if (node.operation == Operation::Flatten || node.operation == Operation::ListFlatten) {
    path.emplace_back(kItem);
    return EachOf({node.operands[0]}, path);
  }
  if (node.operation == Operation::ListZip && path.size() > 1) {
    size_t side = path[path.size() - 2] == "first" ? 0 : 1;
    path.pop_back();
    path.back() = kItem;
    return EachOf({node.operands[side]}, path);
  }
  return std::nullopt;
}

}  // namespace

ValueFlow::ValueFlow(const ir::Function& function) : function_(function) {
  for (const ir::Node& node : function.nodes) {
    for (ir::RegionId region : node.regions) {
      const std::vector<ir::NodeId>& parameters = function.regions[region].parameters;
      if (node.kind == NodeKind::Map && !parameters.empty()) {
        sources_[parameters[0].index] = {{node.operands[0]}, true};
      } else if (node.kind == NodeKind::Loop && !parameters.empty()) {
        sources_[parameters[0].index] = {{node.operands[0], function.regions[node.regions[0]].result}, false};
      }
    }
  }
}

Parts ValueFlow::OfParameter(ValuePart part) const {
  auto source = sources_.find(part.node.index);
  if (source == sources_.end()) {
    return std::nullopt;  // the request's
  }
  if (source->second.is_item) {
    part.path.emplace_back(kItem);
  }
  return EachOf(source->second.values, part.path);
}

Parts ValueFlow::SourcesOf(ValuePart part) const {
  const ir::Node& node = function_.nodes[part.node];
  ValuePath path = std::move(part.path);
  switch (node.kind) {
    case NodeKind::Parameter:
      return OfParameter({part.node, std::move(path)});
    case NodeKind::Field:
      path.push_back(node.names[0]);
      return EachOf({node.operands[0]}, path);
    case NodeKind::List:
      return TakeStep(path, kItem) ? EachOf(node.operands, path) : std::nullopt;
    case NodeKind::Record: {
      auto name = path.empty() ? node.names.end() : std::find(node.names.begin(), node.names.end(), path.back());
      if (name == node.names.end()) {
        return std::nullopt;
      }
      path.pop_back();
      return EachOf({node.operands[static_cast<size_t>(name - node.names.begin())]}, path);
    }
    case NodeKind::If:
      return std::vector{OfRegion(node.regions[0], path), OfRegion(node.regions[1], path)};
    case NodeKind::Map:
      return TakeStep(path, kItem) ? Parts({OfRegion(node.regions[0], path)}) : std::nullopt;
    case NodeKind::Cast:
      return EachOf({node.operands[0]}, path);
    case NodeKind::Loop:
      return std::vector{OfRegion(node.regions[0], path)};
    case NodeKind::Try:
      return !node.is_tolerant || TakeStep(path, "value") ? Parts({OfRegion(node.regions[0], path)}) : std::nullopt;
    case NodeKind::Apply:
      return OfApply(node, std::move(path));
    case NodeKind::Constant:
    case NodeKind::CallModel:
    case NodeKind::Is:
    case NodeKind::CallFunction:
      return std::nullopt;
  }
  return std::nullopt;
}

bool VisitPart(const Value& value, ValuePath path, llvm::function_ref<bool(const Value&)> take) {
  if (value.is_null()) {
    return true;
  }
  if (path.empty()) {
    return take(value);
  }
  std::string step = std::move(path.back());
  path.pop_back();
  if (step == kItem) {
    return value.is_list() &&
           std::all_of(value.AsList().begin(), value.AsList().end(), [&](const Value& item) { return VisitPart(item, path, take); });
  }
  const Value* field = value.Field(step);
  return field != nullptr && VisitPart(*field, path, take);
}

bool CollectTexts(const Value& value, ValuePath path, std::set<std::string>& texts) {
  return VisitPart(value, std::move(path), [&](const Value& text) {
    if (text.is_string()) {
      texts.insert(text.AsString());
    }
    return text.is_string();
  });
}

}  // namespace plait::schedule
