// The order that a block's items impose, as a tree: what must stand one after the other, what may stand side by side.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/schedule/block.h"

namespace plait::schedule {

enum class TreeKind : uint8_t { Leaf, Series, Sides };

struct TreeNode {
  TreeKind kind = TreeKind::Leaf;
  /// Leaf: of the block.
  uint32_t item = 0;
  std::vector<uint32_t> children;
};

struct Tree {
  std::vector<TreeNode> nodes;
  uint32_t root = 0;
};

/// What the tree's cuts are chosen by.
struct ItemWeight {
  /// Wall time on all cores.
  double critical_ms = 0;
  /// The fewest core-milliseconds, waiting for memory included.
  double core_ms = 0;
  /// Core-milliseconds of arithmetic.
  double arithmetic_ms = 0;
};

/// Needs at least one item. Every need of an item stands before it in a series. Where the needs are no series-parallel order, a
/// series is cut in where it costs least by the weights.
Tree FindStructure(const Block& block, const std::vector<ItemWeight>& weights, int cores);

}  // namespace plait::schedule
