// When a node's value is needed, by where its uses stand.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "compiler/passes/graph_editor.h"

namespace plait {

enum class Need : uint8_t { Never, Sometimes, Always };

/// What the uses of one node say. Needs all that stands in the node's region after it, and in the regions of that, to be needed
/// whenever the region it stands in is computed. A snapshot: an edit of the graph makes it stale.
class NeedMap {
 public:
  NeedMap(const GraphEditor& editor, ir::NodeId node);

  /// Whether the node is needed when `region` is computed, which is the node's own or one within.
  [[nodiscard]] Need In(ir::RegionId region) const;
  /// Whether it is needed when `owner`, whose regions use it, is computed.
  [[nodiscard]] Need By(ir::NodeId owner) const;
  /// Whether it can be known before `owner` is computed if that needs the node: not where it depends on what the rounds of a loop do,
  /// or on whether a stream has a piece.
  [[nodiscard]] bool CanBeAsked(ir::NodeId owner) const;
  /// The nodes of `region` whose regions use the node, in order.
  [[nodiscard]] std::vector<ir::NodeId> OwnersIn(ir::RegionId region) const;
  /// The regions of `owner` that use the node.
  [[nodiscard]] std::vector<ir::RegionId> RegionsOf(ir::NodeId owner) const;

 private:
  struct Entry {
    bool is_used_directly = false;
    std::vector<ir::NodeId> owners;
    Need need = Need::Never;
  };

  void Note(ir::RegionId used_in, ir::RegionId home);
  Need Decide(ir::RegionId region);

  const GraphEditor& editor_;
  std::map<ir::RegionId, Entry> entries_;
};

/// Whether a list is known to hold an item before anything runs.
bool IsKnownNonEmpty(const GraphEditor& editor, ir::NodeId list);

}  // namespace plait
