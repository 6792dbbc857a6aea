// The graph's function as blocks of items: pure nodes fold into expressions, everything else becomes an item.
#pragma once

#include "compiler/base/source.h"
#include "compiler/schedule/block.h"
#include "compiler/schedule/cost.h"

namespace plait::schedule {

struct BuiltEntry {
  std::vector<plan::Parameter> parameters;
  Block block;
};

/// Needs a function without CallFunction nodes.
BuiltEntry BuildEntry(const ir::Graph& graph, const ir::Function& function, const SourceManager& sources, CostModel& costs);

}  // namespace plait::schedule
