#include "compiler/passes/run_passes.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include "compiler/ir/text.h"
#include "compiler/passes/batch_calls.h"
#include "compiler/passes/eliminate_dead.h"
#include "compiler/passes/fold_constants.h"
#include "compiler/passes/gather_equal_calls.h"
#include "compiler/passes/hoist_from_maps.h"
#include "compiler/passes/inline_calls.h"
#include "compiler/passes/merge_equal.h"
#include "compiler/passes/sink_into_branches.h"

namespace plait {
namespace {

/// A fault here is the pass's, not the user's: no input may reach it.
void ExpectWellFormed(const ir::Graph& graph, std::string_view after) {
  std::string fault = ir::Verify(graph);
  if (!fault.empty()) {
    fmt::print(stderr, "bug: the graph is not well formed after {}: {}; please report this with the source file\n", after, fault);
    std::abort();
  }
}

}  // namespace

const std::vector<Pass>& AllPasses() {
  static const std::vector<Pass> passes = {
#define X(function, name, is_required, summary) {name, summary, is_required, function},
#include "compiler/passes/passes.def"
#undef X
  };
  return passes;
}

ir::Graph RunPasses(ir::Graph graph, const PassOptions& options) {
  ExpectWellFormed(graph, "lowering");
  for (const Pass& pass : AllPasses()) {
    if (!pass.is_required && options.disabled.contains(pass.name)) {
      continue;
    }
    auto start = std::chrono::steady_clock::now();
    graph = pass.run(std::move(graph));
    auto took = std::chrono::steady_clock::now() - start;
    ExpectWellFormed(graph, pass.name);
    if (options.after) {
      options.after(pass, graph, took);
    }
  }
  return graph;
}

}  // namespace plait
