// Which threads each part of a block gets, and what goes one after the other after all.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/schedule/structure.h"
#include "compiler/schedule/work.h"

namespace plait::schedule {

/// Members that run one after the other on one team, beside the other groups of a choice.
struct Group {
  /// Nodes of the tree.
  std::vector<uint32_t> members;
  int threads = 1;
  /// With the groups beside it, from the common start.
  double ms = 0;
  /// With the machine to itself.
  double alone_ms = 0;
  std::optional<size_t> heir;
};

/// Another way that was weighed.
struct Rejected {
  std::string what;
  double ms = 0;
};

/// Where a stream's items are cut in two: those before write into a buffer, on some of the threads, while the others read from it.
struct Cut {
  uint32_t writers = 0;
  int threads = 1;
};

/// How a node of a tree runs on a number of threads.
struct Choice {
  double ms = 0;
  Profile profile;
  int64_t working_bytes = 0;
  /// Sides: one group where they run one after the other.
  std::vector<Group> groups;
  /// Of a stream: nothing where one piece after the other is written and read.
  std::optional<Cut> cut;
  std::vector<Rejected> rejected;
};

/// A block with its tree and, below its maps and branches, the same again. Remembers what it decided.
class Allotter {
 public:
  /// Both outlive it.
  Allotter(const Block& block, const Rates& rates);

  /// Needs a block with items.
  const Choice& ChoiceOf(uint32_t node, int threads);
  /// Of the whole block; an empty block costs nothing.
  const Choice& Whole(int threads);
  /// Of one item, whatever stands around it.
  Choice OfItem(uint32_t item, int threads) { return Leaf(block_.items[item], item, threads); }
  /// Of a map's or branch's inner block.
  Allotter& Inner(uint32_t item, size_t block) { return *inner_[item][block]; }

  [[nodiscard]] const Block& block() const { return block_; }
  [[nodiscard]] const Tree& tree() const { return tree_; }
  /// The longest chain of needs on all cores, and the sums of all items.
  [[nodiscard]] const ItemWeight& bound() const { return bound_; }

 private:
  Choice Leaf(const Item& item, uint32_t index, int threads);
  Choice Stream(Allotter& chain, int threads);
  static bool IsCut(const Block& chain, uint32_t writers);
  double BufferedMs(Allotter& chain, uint32_t writers, int written_on, int threads);
  Choice Series(const std::vector<uint32_t>& members, int threads);
  Choice Sides(const std::vector<uint32_t>& members, int threads);
  Choice SideBySide(const std::vector<uint32_t>& members, size_t groups, int threads);
  std::vector<Group> Distribute(const std::vector<uint32_t>& members, size_t groups);
  void AllotThreads(std::vector<Group>& groups, int threads);
  bool TryEverySplit(std::vector<Group>& groups, int threads);
  double Finish(std::vector<Group>& groups);
  ItemWeight WeightOf(const Item& item, uint32_t index);
  void SetBound(const std::vector<ItemWeight>& weights);

  const Block& block_;
  const Rates& rates_;
  std::vector<std::vector<std::unique_ptr<Allotter>>> inner_;
  Tree tree_;
  ItemWeight bound_;
  Choice nothing_;
  /// By node of the tree, then by threads.
  std::vector<std::map<int, Choice>> choices_;
};

}  // namespace plait::schedule
