#include "compiler/passes/need_map.h"

#include <algorithm>

namespace plait {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

NeedMap::NeedMap(const GraphEditor& editor, NodeId node) : editor_(editor) {
  RegionId home = editor.RegionOf(node);
  entries_[home];
  for (const Use& use : editor.UsesOf(node)) {
    Note(editor.RegionOf(use), home);
  }
  for (auto& [region, entry] : entries_) {
    std::sort(entry.owners.begin(), entry.owners.end(), [&](NodeId a, NodeId b) { return editor.Precedes(a, b); });
    entry.owners.erase(std::unique(entry.owners.begin(), entry.owners.end()), entry.owners.end());
  }
  Decide(home);
}

void NeedMap::Note(RegionId used_in, RegionId home) {
  bool is_new = !entries_.contains(used_in);
  entries_[used_in].is_used_directly = true;
  while (is_new && used_in != home) {
    NodeId owner = editor_.OwnerOf(used_in);
    used_in = editor_.RegionOf(owner);
    is_new = !entries_.contains(used_in);
    entries_[used_in].owners.push_back(owner);
  }
}

Need NeedMap::Decide(RegionId region) {
  Entry& entry = entries_.at(region);
  entry.need = entry.is_used_directly ? Need::Always : entry.owners.empty() ? Need::Never : Need::Sometimes;
  for (NodeId owner : entry.owners) {
    for (RegionId inner : RegionsOf(owner)) {
      Decide(inner);
    }
    if (By(owner) == Need::Always) {
      entry.need = Need::Always;
    }
  }
  return entry.need;
}

Need NeedMap::In(RegionId region) const {
  auto found = entries_.find(region);
  return found == entries_.end() ? Need::Never : found->second.need;
}

Need NeedMap::By(NodeId owner) const {
  const ir::Node& node = editor_.node(owner);
  if (node.kind == NodeKind::If) {
    bool in_both = In(node.regions[0]) == Need::Always && In(node.regions[1]) == Need::Always;
    return in_both ? Need::Always : Need::Sometimes;
  }
  // A guard takes what it guards may need as arguments, which are computed before it.
  if (node.kind == NodeKind::Try) {
    return Need::Always;
  }
  // The first round computes the body, and the condition follows it.
  if (node.kind == NodeKind::Loop) {
    return In(node.regions[0]) == Need::Always || In(node.regions[1]) == Need::Always ? Need::Always : Need::Sometimes;
  }
  // The condition is computed for the first item, the body too where there is no condition.
  bool by_first_item = In(node.regions.back()) == Need::Always;
  return by_first_item && IsKnownNonEmpty(editor_, node.operands[0]) ? Need::Always : Need::Sometimes;
}

bool NeedMap::CanBeAsked(NodeId owner) const {
  const ir::Node& node = editor_.node(owner);
  if (node.kind == NodeKind::Loop && By(owner) == Need::Sometimes) {
    return false;
  }
  if (node.kind == NodeKind::Map && editor_.node(node.operands[0]).type.Is(TypeKind::Stream)) {
    return false;
  }
  return std::ranges::all_of(node.regions, [&](RegionId region) {
    std::vector<NodeId> owners = In(region) == Need::Sometimes ? OwnersIn(region) : std::vector<NodeId>();
    return std::ranges::all_of(owners, [&](NodeId inner) { return CanBeAsked(inner); });
  });
}

std::vector<NodeId> NeedMap::OwnersIn(RegionId region) const {
  auto found = entries_.find(region);
  return found == entries_.end() ? std::vector<NodeId>() : found->second.owners;
}

std::vector<RegionId> NeedMap::RegionsOf(NodeId owner) const {
  std::vector<RegionId> regions = editor_.node(owner).regions;
  std::erase_if(regions, [&](RegionId region) { return !entries_.contains(region); });
  return regions;
}

bool IsKnownNonEmpty(const GraphEditor& editor, NodeId list) {
  const ir::Node* node = &editor.node(list);
  while (node->kind == NodeKind::Map && node->regions.size() == 1) {
    node = &editor.node(node->operands[0]);
  }
  if (node->kind == NodeKind::Constant) {
    return node->constant.is_list() && !node->constant.AsList().empty();
  }
  return node->kind == NodeKind::List && !node->operands.empty();
}

}  // namespace plait
