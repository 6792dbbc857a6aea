#include "compiler/passes/graph_editor.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "compiler/ir/edit.h"

namespace plait {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

GraphEditor::GraphEditor(ir::Function function) : function_(std::move(function)) {
  ir::Placement placement = ir::PlaceNodes(function_);
  region_of_ = std::move(placement.region_of);
  owner_of_ = std::move(placement.owner_of);
  size_t nodes = function_.nodes.size();
  uses_.resize(nodes);
  next_.resize(nodes);
  previous_.resize(nodes);
  label_.resize(nodes);
  first_.resize(function_.regions.size());
  last_.resize(function_.regions.size());
  for (uint32_t r = 0; r < function_.regions.size(); ++r) {
    RegionId region{r};
    for (NodeId id : function_.regions[region].nodes) {
      LinkBefore(id, region, {});
      for (NodeId operand : node(id).operands) {
        uses_[operand.index].push_back({id, {}});
      }
    }
    uses_[function_.regions[region].result.index].push_back({{}, region});
  }
}

ir::Function GraphEditor::Finish() {
  for (uint32_t r = 0; r < function_.regions.size(); ++r) {
    std::vector<NodeId> nodes = NodesOf(RegionId{r});
    function_.regions[RegionId{r}].nodes = std::move(nodes);
  }
  return ir::Canonical(std::exchange(function_, {}));
}

bool GraphEditor::IsWithin(RegionId inner, RegionId outer) const {
  while (inner != outer) {
    NodeId owner = OwnerOf(inner);
    if (!owner.has_value()) {
      return false;
    }
    inner = RegionOf(owner);
  }
  return true;
}

std::vector<NodeId> GraphEditor::NodesOf(RegionId region) const {
  std::vector<NodeId> nodes;
  for (NodeId id = first_[region.index]; id.has_value(); id = next_[id.index]) {
    nodes.push_back(id);
  }
  return nodes;
}

std::vector<NodeId> GraphEditor::OutsideUses(NodeId id) const {
  std::unordered_set<uint32_t> own_regions;
  std::vector<NodeId> used;
  std::vector<NodeId> waiting = {id};
  while (!waiting.empty()) {
    NodeId next = waiting.back();
    waiting.pop_back();
    used.insert(used.end(), node(next).operands.begin(), node(next).operands.end());
    for (RegionId inner : node(next).regions) {
      own_regions.insert(inner.index);
      used.push_back(region(inner).result);
      std::vector<NodeId> held = NodesOf(inner);
      waiting.insert(waiting.end(), held.begin(), held.end());
    }
  }
  std::unordered_set<uint32_t> seen;
  std::erase_if(used, [&](NodeId other) { return own_regions.contains(RegionOf(other).index) || !seen.insert(other.index).second; });
  return used;
}

bool GraphEditor::ContainsCall(NodeId id) const {
  std::vector<NodeId> waiting = {id};
  while (!waiting.empty()) {
    NodeId next = waiting.back();
    waiting.pop_back();
    if (node(next).kind == NodeKind::CallModel || node(next).kind == NodeKind::CallFunction) {
      return true;
    }
    for (RegionId inner : node(next).regions) {
      for (NodeId held = first_[inner.index]; held.has_value(); held = next_[held.index]) {
        waiting.push_back(held);
      }
    }
  }
  return false;
}

void GraphEditor::Track(NodeId id, RegionId region) {
  region_of_.resize(function_.nodes.size());
  uses_.resize(function_.nodes.size());
  next_.resize(function_.nodes.size());
  previous_.resize(function_.nodes.size());
  label_.resize(function_.nodes.size());
  region_of_[id.index] = region;
}

NodeId GraphEditor::Add(RegionId region, NodeId before, ir::Node node) {
  std::vector<NodeId> operands = node.operands;
  NodeId id = function_.nodes.Add(std::move(node));
  Track(id, region);
  LinkBefore(id, region, before);
  for (NodeId operand : operands) {
    uses_[operand.index].push_back({id, {}});
  }
  return id;
}

RegionId GraphEditor::AddRegion(NodeId owner) {
  RegionId region = function_.regions.Add({});
  function_.nodes[owner].regions.push_back(region);
  owner_of_.push_back(owner);
  first_.emplace_back();
  last_.emplace_back();
  return region;
}

NodeId GraphEditor::AddParameter(RegionId region, Type type) {
  ir::Node node;
  node.kind = NodeKind::Parameter;
  node.type = std::move(type);
  NodeId id = function_.nodes.Add(std::move(node));
  Track(id, region);
  function_.regions[region].parameters.push_back(id);
  return id;
}

void GraphEditor::SetResult(RegionId region, NodeId result) {
  NodeId old = function_.regions[region].result;
  if (old.has_value()) {
    ForgetUse(old, {{}, region});
  }
  function_.regions[region].result = result;
  uses_[result.index].push_back({{}, region});
}

void GraphEditor::SetOperand(NodeId id, size_t operand, NodeId to) {
  ForgetUse(node(id).operands[operand], {id, {}});
  function_.nodes[id].operands[operand] = to;
  uses_[to.index].push_back({id, {}});
}

void GraphEditor::SetType(NodeId id, Type type) { function_.nodes[id].type = std::move(type); }

void GraphEditor::GiveLastRegion(NodeId from, NodeId to) {
  RegionId region = function_.nodes[from].regions.back();
  function_.nodes[from].regions.pop_back();
  function_.nodes[to].regions.push_back(region);
  owner_of_[region.index] = to;
}

NodeId GraphEditor::Copy(NodeId original, RegionId into, CopyMap& copies) {
  auto at = [&](NodeId id) {
    auto found = copies.find(id.index);
    return found == copies.end() ? id : found->second;
  };
  ir::Node node = function_.nodes[original];
  std::vector<RegionId> regions = std::exchange(node.regions, {});
  for (NodeId& operand : node.operands) {
    operand = at(operand);
  }
  NodeId id = Add(into, {}, std::move(node));
  copies[original.index] = id;
  for (RegionId region : regions) {
    RegionId inner = AddRegion(id);
    std::vector<NodeId> parameters = function_.regions[region].parameters;
    for (NodeId parameter : parameters) {
      NodeId copy = AddParameter(inner, function_.nodes[parameter].type);
      function_.nodes[copy].span = function_.nodes[parameter].span;
      copies[parameter.index] = copy;
    }
    for (NodeId held : NodesOf(region)) {
      Copy(held, inner, copies);
    }
    SetResult(inner, at(function_.regions[region].result));
  }
  return id;
}

void GraphEditor::MoveToFront(NodeId id, RegionId region) {
  Unlink(id);
  region_of_[id.index] = region;
  LinkBefore(id, region, first_[region.index]);
}

void GraphEditor::MoveBefore(NodeId id, NodeId anchor) {
  Unlink(id);
  region_of_[id.index] = RegionOf(anchor);
  LinkBefore(id, RegionOf(anchor), anchor);
}

void GraphEditor::Erase(NodeId id) {
  Unlink(id);
  region_of_[id.index] = {};
  for (RegionId region : node(id).regions) {
    ForgetUse(function_.regions[region].result, {{}, region});
    std::vector<NodeId> held = NodesOf(region);
    std::for_each(held.rbegin(), held.rend(), [&](NodeId inner) { Erase(inner); });
  }
  for (NodeId operand : node(id).operands) {
    ForgetUse(operand, {id, {}});
  }
  function_.nodes[id].operands.clear();
}

void GraphEditor::ForgetUse(NodeId used, const Use& use) {
  std::vector<Use>& uses = uses_[used.index];
  // From the back: the newest and the last in order are the likely ones.
  auto found = std::find_if(uses.rbegin(), uses.rend(),
                            [&](const Use& other) { return other.user == use.user && other.result_of == use.result_of; });
  if (found != uses.rend()) {
    uses.erase(std::next(found).base());
  }
}

void GraphEditor::ReplaceUses(NodeId id, NodeId by, const std::function<bool(const Use&)>& selected) {
  std::vector<Use> kept;
  for (const Use& use : std::exchange(uses_[id.index], {})) {
    if (!selected(use)) {
      kept.push_back(use);
      continue;
    }
    if (use.user.has_value()) {
      std::vector<NodeId>& operands = function_.nodes[use.user].operands;
      *std::find(operands.begin(), operands.end(), id) = by;
    } else {
      function_.regions[use.result_of].result = by;
    }
    uses_[by.index].push_back(use);
  }
  uses_[id.index] = std::move(kept);
}

void GraphEditor::Unlink(NodeId id) {
  RegionId region = RegionOf(id);
  NodeId next = next_[id.index];
  NodeId previous = previous_[id.index];
  (next.has_value() ? previous_[next.index] : last_[region.index]) = previous;
  (previous.has_value() ? next_[previous.index] : first_[region.index]) = next;
}

void GraphEditor::LinkBefore(NodeId id, RegionId region, NodeId before) {
  NodeId previous = before.has_value() ? previous_[before.index] : last_[region.index];
  next_[id.index] = before;
  previous_[id.index] = previous;
  (before.has_value() ? previous_[before.index] : last_[region.index]) = id;
  (previous.has_value() ? next_[previous.index] : first_[region.index]) = id;
  if (!previous.has_value()) {
    label_[id.index] = before.has_value() ? label_[before.index] - kGap : 0;
  } else if (!before.has_value()) {
    label_[id.index] = label_[previous.index] + kGap;
  } else if (label_[before.index] - label_[previous.index] > 1) {
    label_[id.index] = label_[previous.index] + (label_[before.index] - label_[previous.index]) / 2;
  } else {
    Relabel(region);
  }
}

void GraphEditor::Relabel(RegionId region) {
  int64_t label = 0;
  for (NodeId id = first_[region.index]; id.has_value(); id = next_[id.index]) {
    label_[id.index] = label;
    label += kGap;
  }
}

}  // namespace plait
