// An entry as boxes and arrows, before it is DOT or Mermaid.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "compiler/plan/plan.h"

namespace plait::plan {

enum class NodeShape { Request, Result, Call, Compute, Item, Gather, Choice, Merge };

struct DrawnNode {
  NodeShape shape = NodeShape::Compute;
  std::string title;
  /// A second, smaller line; may be empty.
  std::string detail;
  std::optional<size_t> group;
};

/// A box around nodes: a service, what a map or a loop does again and again, or what a guard watches over.
enum class GroupKind { Service, Repeated, Guarded };

struct DrawnGroup {
  std::string title;
  GroupKind kind = GroupKind::Service;
  std::optional<size_t> parent;
};

struct DrawnEdge {
  size_t from = 0;
  size_t to = 0;
  std::string label;
  /// Says whether something runs, not what it reads.
  bool is_choice = false;
};

struct Drawing {
  std::vector<DrawnGroup> groups;
  std::vector<DrawnNode> nodes;
  std::vector<DrawnEdge> edges;
  /// Nodes that run at the same time.
  std::vector<std::vector<size_t>> side_by_side;
};

Drawing DrawEntry(const Plan& plan, const Entry& entry);

}  // namespace plait::plan
