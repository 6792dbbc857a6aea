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

bool IsText(const Type& type) { return WithoutOptional(type).Is(TypeKind::String) || WithoutOptional(type).Is(TypeKind::Enum); }

}  // namespace

LabelFlow::Found LabelFlow::Find(ir::NodeId id, ValuePath path, int depth) {
  constexpr int kMostDepth = 200;
  constexpr size_t kMostSteps = 16;
  if (depth > kMostDepth || path.size() > kMostSteps) {
    return std::nullopt;
  }
  std::pair<uint32_t, ValuePath> key(id.index, path);
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

LabelFlow::Found LabelFlow::Union(const std::vector<ValuePart>& parts, int depth) {
  PossibleTexts all;
  for (const ValuePart& part : parts) {
    Found found = Find(part.node, part.path, depth);
    if (!found) {
      return std::nullopt;
    }
    AddTexts(*found, all);
  }
  return all;
}

LabelFlow::Found LabelFlow::Follow(ir::NodeId id, ValuePath path, int depth) {
  const ir::Node& node = function_.nodes[id];
  if (node.kind == NodeKind::Constant) {
    PossibleTexts found;
    return CollectTexts(node.constant, std::move(path), found.texts) ? Found(std::move(found)) : std::nullopt;
  }
  if (node.kind == NodeKind::CallModel) {
    return FollowCall(node, path, depth);
  }
  if (std::optional<std::vector<ValuePart>> sources = flow_.SourcesOf({id, path})) {
    return Union(*sources, depth);
  }
  return node.kind == NodeKind::Apply && path.empty() && IsText(node.type) ? ApplyToAll(node, depth) : std::nullopt;
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

LabelFlow::Found LabelFlow::FollowCall(const ir::Node& node, const ValuePath& path, int depth) {
  const std::string& task = graph_.models[node.model].task;
  const std::optional<ModelFacts>& facts = facts_[node.model.index];
  if (task == "text.Classifier" && facts && path == ValuePath{"label", kItem}) {
    return PossibleTexts{{facts->labels.begin(), facts->labels.end()}, {node.model.index}};
  }
  auto labels = std::find(node.names.begin(), node.names.end(), "candidate_labels");
  if (task == "text.ZeroShot" && labels != node.names.end() && path == ValuePath{kItem, "labels"}) {
    Found found = Find(node.operands[static_cast<size_t>(labels - node.names.begin())], {kItem}, depth);
    if (found) {
      found->models.insert(node.model.index);
    }
    return found;
  }
  return std::nullopt;
}

}  // namespace plait::schedule
