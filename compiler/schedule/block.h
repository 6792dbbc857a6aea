// A region of the graph on its way to stages: what must run, what each needs, what it costs. Nothing here says when.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/plan/plan.h"
#include "compiler/schedule/work.h"

namespace plait::schedule {

struct Item;

/// The items of one frame (an entry's, one iteration's, one arm's) in an order in which each stands after what it needs.
struct Block {
  std::vector<Item> items;
  plan::Expr result;
};

/// One call, map, branch, guard, loop, stream, or one assignment of a compute stage.
struct Item {
  /// Without children, threads and predictions.
  plan::Stage stage;
  /// Items of the same block, ascending.
  std::vector<uint32_t> needs;
  /// Those of them that it reads a stream from.
  std::vector<uint32_t> reads_streams_of;
  /// What it writes is a stream, or holds one.
  bool gives_stream = false;
  /// Call: what it asks of the machine for all lanes that it runs for.
  Work work;
  /// Call: `Gpt2.lm.generate`, for sentences about it.
  std::string name;
  /// Map: the body and, where items are filtered, the condition. Branch: one an arm. Guard: the body. Loop: the body and the condition.
  /// Stream: those who read from each other.
  std::vector<Block> blocks;
  /// How often each block is expected to run: the probability of a branch's arm, the rounds of a loop, the pieces of a stream.
  double expected_runs = 1;
};

}  // namespace plait::schedule
