#include "compiler/schedule/label_flow.h"

#include <algorithm>

#include "compiler/base/operations.h"

namespace plait::schedule {
namespace {

using ir::NodeKind;

/// More texts than these are not worth following.
constexpr size_t kMostTexts = 4096;

void AddTexts(const PossibleTexts& from, PossibleTexts& to) {
  to.texts.insert(from.texts.begin(), from.texts.end());
  to.models.insert(from.models.begin(), from.models.end());
}

/// The texts at a path of a constant; false where there is something else.
bool CollectTexts(const Value& value, std::vector<std::string> path, PossibleTexts& found) {
  if (value.is_null()) {
    return true;
  }
  if (path.empty()) {
    if (value.is_string()) {
      found.texts.insert(value.AsString());
    }
    return value.is_string();
  }
  std::string step = std::move(path.back());
  path.pop_back();
  if (step.empty()) {
    return value.is_list() &&
           std::all_of(value.AsList().begin(), value.AsList().end(), [&](const Value& item) { return CollectTexts(item, path, found); });
  }
  const Value* field = value.Field(step);
  return field != nullptr && CollectTexts(*field, path, found);
}

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

bool IsText(const Type& type) { return WithoutOptional(type).Is(TypeKind::String) || WithoutOptional(type).Is(TypeKind::Enum); }

}  // namespace

LabelFlow::LabelFlow(const ir::Graph& graph, const ir::Function& function, const std::vector<std::optional<ModelFacts>>& facts)
    : graph_(graph), function_(function), facts_(facts) {
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

LabelFlow::Found LabelFlow::Find(ir::NodeId id, Path path, int depth) {
  constexpr int kMostDepth = 200;
  constexpr size_t kMostSteps = 16;
  if (depth > kMostDepth || path.size() > kMostSteps) {
    return std::nullopt;
  }
  std::pair<uint32_t, Path> key(id.index, path);
  auto [place, is_new] = known_.try_emplace(key);
  if (!is_new) {
    return place->second;
  }
  Found found = Follow(id, std::move(path), depth + 1);
  if (found && found->texts.size() > kMostTexts) {
    found.reset();
  }
  known_[key] = found;
  return found;
}

LabelFlow::Found LabelFlow::Union(const std::vector<ir::NodeId>& nodes, const Path& path, int depth) {
  PossibleTexts all;
  for (ir::NodeId node : nodes) {
    Found found = Find(node, path, depth);
    if (!found) {
      return std::nullopt;
    }
    AddTexts(*found, all);
  }
  return all;
}

LabelFlow::Found LabelFlow::Follow(ir::NodeId id, Path path, int depth) {
  const ir::Node& node = function_.nodes[id];
  switch (node.kind) {
    case NodeKind::Constant: {
      PossibleTexts found;
      return CollectTexts(node.constant, std::move(path), found) ? Found(std::move(found)) : std::nullopt;
    }
    case NodeKind::Parameter:
      return FollowParameter(id, std::move(path), depth);
    case NodeKind::Field:
      path.push_back(node.names[0]);
      return Find(node.operands[0], std::move(path), depth);
    case NodeKind::List:
      if (path.empty() || path.back() != kItem) {
        return std::nullopt;
      }
      path.pop_back();
      return Union(node.operands, path, depth);
    case NodeKind::Record: {
      auto name = path.empty() ? node.names.end() : std::find(node.names.begin(), node.names.end(), path.back());
      if (name == node.names.end()) {
        return std::nullopt;
      }
      path.pop_back();
      return Find(node.operands[static_cast<size_t>(name - node.names.begin())], std::move(path), depth);
    }
    case NodeKind::If:
      return Union({function_.regions[node.regions[0]].result, function_.regions[node.regions[1]].result}, path, depth);
    case NodeKind::Map:
      if (path.empty() || path.back() != kItem) {
        return std::nullopt;
      }
      path.pop_back();
      return Find(function_.regions[node.regions[0]].result, std::move(path), depth);
    case NodeKind::Cast:
      return Find(node.operands[0], std::move(path), depth);
    case NodeKind::Loop:
      return Find(function_.regions[node.regions[0]].result, std::move(path), depth);
    case NodeKind::Try:
      return FollowTry(node, std::move(path), depth);
    case NodeKind::Apply:
      return FollowApply(node, std::move(path), depth);
    case NodeKind::CallModel:
      return FollowCall(node, path, depth);
    case NodeKind::Is:
    case NodeKind::CallFunction:
      return std::nullopt;
  }
  return std::nullopt;
}

LabelFlow::Found LabelFlow::FollowParameter(ir::NodeId id, Path path, int depth) {
  auto source = sources_.find(id.index);
  if (source == sources_.end()) {
    return std::nullopt;  // the request's
  }
  if (source->second.is_item) {
    path.emplace_back(kItem);
  }
  return Union(source->second.values, path, depth);
}

LabelFlow::Found LabelFlow::FollowTry(const ir::Node& node, Path path, int depth) {
  if (node.is_tolerant) {
    if (path.empty() || path.back() != "value") {
      return std::nullopt;
    }
    path.pop_back();
  }
  return Find(function_.regions[node.regions[0]].result, std::move(path), depth);
}

LabelFlow::Found LabelFlow::FollowApply(const ir::Node& node, Path path, int depth) {
  if (node.operation == Operation::Index) {
    path.emplace_back(kItem);
    return Find(node.operands[0], std::move(path), depth);
  }
  bool is_item = !path.empty() && path.back() == kItem;
  if (is_item && KeepsItems(node.operation)) {
    return Find(node.operands[0], std::move(path), depth);
  }
  if (is_item && node.operation == Operation::Add) {
    return Union(node.operands, path, depth);
  }
  if (is_item && (node.operation == Operation::Flatten || node.operation == Operation::ListFlatten)) {
    path.emplace_back(kItem);
    return Find(node.operands[0], std::move(path), depth);
  }
  if (is_item && node.operation == Operation::ListZip && path.size() > 1) {
    size_t side = path[path.size() - 2] == "first" ? 0 : 1;
    path.pop_back();
    path.back() = kItem;
    return Find(node.operands[side], std::move(path), depth);
  }
  return path.empty() && IsText(node.type) ? ApplyToAll(node, depth) : std::nullopt;
}

/// An operation on texts, such as `text.lower`, once for every combination of what its operands can be.
LabelFlow::Found LabelFlow::ApplyToAll(const ir::Node& node, int depth) {
  std::vector<std::vector<Value>> combinations = {{}};
  PossibleTexts all;
  for (ir::NodeId operand : node.operands) {
    std::vector<Value> values;
    if (function_.nodes[operand].kind == NodeKind::Constant) {
      values.push_back(function_.nodes[operand].constant);
    } else if (Found found = IsText(function_.nodes[operand].type) ? Find(operand, {}, depth) : std::nullopt) {
      std::transform(found->texts.begin(), found->texts.end(), std::back_inserter(values), &Value::String);
      all.models.insert(found->models.begin(), found->models.end());
    }
    if (values.empty() || values.size() * combinations.size() > kMostTexts) {
      return std::nullopt;
    }
    std::vector<std::vector<Value>> longer;
    for (const std::vector<Value>& combination : combinations) {
      for (const Value& value : values) {
        longer.push_back(combination);
        longer.back().push_back(value);
      }
    }
    combinations = std::move(longer);
  }
  for (const std::vector<Value>& combination : combinations) {
    Result<Value> value = plait::Apply(node.operation, combination);
    if (!value.ok() || !value->is_string()) {
      return std::nullopt;
    }
    all.texts.insert(value->AsString());
  }
  return all;
}

LabelFlow::Found LabelFlow::FollowCall(const ir::Node& node, const Path& path, int depth) {
  const std::string& task = graph_.models[node.model].task;
  const std::optional<ModelFacts>& facts = facts_[node.model.index];
  if (task == "text.Classifier" && facts && path == Path{"label", kItem}) {
    return PossibleTexts{{facts->labels.begin(), facts->labels.end()}, {node.model.index}};
  }
  auto labels = std::find(node.names.begin(), node.names.end(), "candidate_labels");
  if (task == "text.ZeroShot" && labels != node.names.end() && path == Path{kItem, "labels"}) {
    Found found = Find(node.operands[static_cast<size_t>(labels - node.names.begin())], {kItem}, depth);
    if (found) {
      found->models.insert(node.model.index);
    }
    return found;
  }
  return std::nullopt;
}

}  // namespace plait::schedule
