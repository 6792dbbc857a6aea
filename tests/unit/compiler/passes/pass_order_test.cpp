// The order of the optional passes: those between folding and sinking give the same results in any order, also left out and repeated, and
// so do those behind sinking. More folding may stand between them.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "compiler/ir/text.h"
#include "compiler/passes/run_passes.h"
#include "tests/unit/compiler/passes/reference.h"

namespace plait::tests {
namespace {

using Names = std::vector<std::string>;

/// The pass of this name.
ir::Graph RunPass(const std::string& name, ir::Graph graph) {
  const auto found = std::ranges::find(AllPasses(), name, &Pass::name);
  REQUIRE(found != AllPasses().end());
  graph = found->run(std::move(graph));
  REQUIRE(ir::Verify(graph) == "");
  return graph;
}

/// The required passes where they must stand, and the others between them.
Names WithRequired(const Names& before_sinking, const Names& behind_sinking) {
  Names names = {"inline-calls", "eliminate-dead", "fold-constants"};
  names.insert(names.end(), before_sinking.begin(), before_sinking.end());
  names.emplace_back("sink-into-branches");
  names.insert(names.end(), behind_sinking.begin(), behind_sinking.end());
  return names;
}

std::vector<Names> Permutations(Names names) {
  std::ranges::sort(names);
  std::vector<Names> all;
  do {
    all.push_back(names);
  } while (std::ranges::next_permutation(names).found);
  return all;
}

const Names kBeforeSinking = {"gather-equal-calls", "hoist-from-maps", "merge-equal"};
const Names kBeforeSinkingWithFolding = {"fold-constants", "gather-equal-calls", "hoist-from-maps", "merge-equal"};
const std::vector<Names> kBehindSinking = {{"merge-equal", "eliminate-dead", "batch-calls"},
                                           {"merge-equal", "batch-calls", "eliminate-dead"},
                                           {"batch-calls", "merge-equal", "eliminate-dead"}};

void CompareInOrder(const Names& names, const ir::Graph& graph, const RandomGraphOptions& options) {
  std::string order;
  ir::Graph passed = graph;
  for (const std::string& name : names) {
    order += name + " ";
    passed = RunPass(name, std::move(passed));
  }
  CAPTURE(options.seed);
  CAPTURE(order);
  CompareWithReference(ReferenceOf(graph, options), passed, options.seed);
}

/// Graphs of all kinds in turn.
RandomGraphOptions OptionsOf(uint64_t seed) {
  RandomGraphOptions options;
  options.seed = seed + 5'000'000;
  options.nodes_per_region = 2 + static_cast<int>(seed % 9);
  options.max_depth = 1 + static_cast<int>(seed % 3);
  options.takes_parts_of_literals = seed % 4 == 2;
  options.guards_are_rich = seed % 4 == 3;
  options.gives_many = seed % 3 != 0;
  return options;
}

TEST_CASE("the list of passes is one of the orders that are tried") {
  Names listed;
  for (const Pass& pass : AllPasses()) {
    listed.emplace_back(pass.name);
  }
  const std::vector<Names> orders = Permutations(kBeforeSinking);
  CHECK(std::ranges::any_of(orders, [&](const Names& order) { return WithRequired(order, kBehindSinking[0]) == listed; }));
}

TEST_CASE("in every order the passes give the results and make the calls of the naive interpreter") {
  constexpr size_t kOrdersApart = 3;
  const std::vector<Names> orders = Permutations(kBeforeSinkingWithFolding);
  REQUIRE(orders.size() == 24);
  for (uint64_t seed = 1; seed <= SeedCount(); ++seed) {
    const RandomGraphOptions options = OptionsOf(seed);
    const ir::Graph graph = MakeRandomGraph(options);
    // Each graph in some of the orders, which are others from graph to graph.
    for (size_t order = seed % kOrdersApart; order < orders.size(); order += kOrdersApart) {
      CompareInOrder(WithRequired(orders[order], kBehindSinking[seed % kBehindSinking.size()]), graph, options);
    }
  }
}

TEST_CASE("so they do where some are left out and others run again and again") {
  std::mt19937_64 random(6);
  for (uint64_t seed = 1; seed <= SeedCount(); ++seed) {
    const RandomGraphOptions options = OptionsOf(seed + 1'000'000);
    const ir::Graph graph = MakeRandomGraph(options);
    for (int round = 0; round < 8; ++round) {
      Names order;
      for (uint64_t i = random() % 9; i > 0; --i) {
        order.push_back(kBeforeSinkingWithFolding[random() % kBeforeSinkingWithFolding.size()]);
      }
      CompareInOrder(WithRequired(order, kBehindSinking[random() % kBehindSinking.size()]), graph, options);
    }
  }
}

}  // namespace
}  // namespace plait::tests
