#include "compiler/schedule/structure.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

namespace plait::schedule {
namespace {

/// Deeper than this, an order is cut into levels: a plan that nests further helps nobody.
constexpr int kMostDepth = 40;

/// Some of a block's items with the needs among them; indices are positions in `items`, which ascend and so are in a valid order.
struct Part {
  std::vector<uint32_t> items;
  std::vector<std::vector<uint32_t>> needs;
  std::vector<std::vector<uint32_t>> needed_by;

  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(items.size()); }
};

class Decomposer {
 public:
  Decomposer(const Block& block, const std::vector<ItemWeight>& weights, int cores)
      : block_(block), weights_(weights), cores_(cores), position_(block.items.size()), mark_(block.items.size(), 0) {}

  Tree Run() {
    std::vector<uint32_t> all(block_.items.size());
    std::iota(all.begin(), all.end(), 0U);
    tree_.root = Decompose(all, 0);
    return std::move(tree_);
  }

 private:
  uint32_t Leaf(uint32_t item) {
    tree_.nodes.push_back({TreeKind::Leaf, item, {}});
    return static_cast<uint32_t>(tree_.nodes.size() - 1);
  }

  /// A node over children; children of the same kind give theirs up to it.
  uint32_t Group(TreeKind kind, const std::vector<uint32_t>& children) {
    if (children.size() == 1) {
      return children[0];
    }
    TreeNode node{kind, 0, {}};
    for (uint32_t child : children) {
      if (tree_.nodes[child].kind == kind) {
        node.children.insert(node.children.end(), tree_.nodes[child].children.begin(), tree_.nodes[child].children.end());
      } else {
        node.children.push_back(child);
      }
    }
    tree_.nodes.push_back(std::move(node));
    return static_cast<uint32_t>(tree_.nodes.size() - 1);
  }

  Part PartOf(std::vector<uint32_t> items) {
    Part part;
    part.items = std::move(items);
    part.needs.resize(part.items.size());
    part.needed_by.resize(part.items.size());
    ++generation_;
    for (uint32_t i = 0; i < part.size(); ++i) {
      mark_[part.items[i]] = generation_;
      position_[part.items[i]] = i;
    }
    for (uint32_t i = 0; i < part.size(); ++i) {
      for (uint32_t need : block_.items[part.items[i]].needs) {
        if (mark_[need] == generation_) {
          part.needs[i].push_back(position_[need]);
          part.needed_by[position_[need]].push_back(i);
        }
      }
    }
    return part;
  }

  uint32_t Decompose(const std::vector<uint32_t>& items, int depth) {
    if (items.size() == 1) {
      return Leaf(items[0]);
    }
    Part part = PartOf(items);
    std::vector<std::vector<uint32_t>> components = ComponentsOf(part);
    if (components.size() > 1) {
      return DecomposeSides(components, depth);
    }
    std::vector<std::vector<uint32_t>> pieces = depth > kMostDepth ? LevelsOf(part) : SplitAtSeriesItems(part);
    if (pieces.size() == 1) {
      pieces = CutWhereCheapest(part);
    }
    std::vector<uint32_t> children;
    for (const std::vector<uint32_t>& piece : pieces) {
      children.push_back(Decompose(piece, depth + 1));
    }
    return Group(TreeKind::Series, children);
  }

  /// Those that cost nothing go first, one after the other: a team of threads for them would stand idle.
  uint32_t DecomposeSides(const std::vector<std::vector<uint32_t>>& components, int depth) {
    std::vector<uint32_t> series;
    std::vector<uint32_t> sides;
    for (const std::vector<uint32_t>& component : components) {
      bool is_free = std::all_of(component.begin(), component.end(), [&](uint32_t item) { return weights_[item].core_ms == 0; });
      (is_free ? series : sides).push_back(Decompose(component, depth + 1));
    }
    if (!sides.empty()) {
      series.push_back(Group(TreeKind::Sides, sides));
    }
    return Group(TreeKind::Series, series);
  }

  /// Items that are linked by needs, in whatever direction; in order of their first item.
  static std::vector<std::vector<uint32_t>> ComponentsOf(const Part& part) {
    std::vector<uint32_t> parent(part.size());
    std::iota(parent.begin(), parent.end(), 0U);
    auto find = [&](uint32_t i) {
      while (parent[i] != i) {
        parent[i] = parent[parent[i]];
        i = parent[i];
      }
      return i;
    };
    for (uint32_t i = 0; i < part.size(); ++i) {
      for (uint32_t need : part.needs[i]) {
        uint32_t a = find(i);
        uint32_t b = find(need);
        parent[std::max(a, b)] = std::min(a, b);
      }
    }
    std::map<uint32_t, std::vector<uint32_t>> by_root;
    for (uint32_t i = 0; i < part.size(); ++i) {
      by_root[find(i)].push_back(part.items[i]);
    }
    std::vector<std::vector<uint32_t>> components;
    for (auto& [root, items] : by_root) {
      components.push_back(std::move(items));
    }
    return components;
  }

  /// Splits at each item that all the others come before or after: no end stands before it, no start behind it, no need leaps over it.
  static std::vector<std::vector<uint32_t>> SplitAtSeriesItems(const Part& part) {
    std::vector<int> leaps(part.size() + 1, 0);
    uint32_t last_start = 0;
    uint32_t first_end = part.size() - 1;
    for (uint32_t i = 0; i < part.size(); ++i) {
      if (part.needs[i].empty()) {
        last_start = i;
      }
      if (part.needed_by[i].empty()) {
        first_end = std::min(first_end, i);
      }
      for (uint32_t need : part.needs[i]) {
        ++leaps[need + 1];
        --leaps[i];
      }
    }
    std::vector<std::vector<uint32_t>> pieces(1);
    int open = 0;
    for (uint32_t i = 0; i < part.size(); ++i) {
      open += leaps[i];
      if (open == 0 && last_start <= i && first_end >= i) {
        pieces.push_back({part.items[i]});
        pieces.emplace_back();
      } else {
        pieces.back().push_back(part.items[i]);
      }
    }
    std::erase_if(pieces, [](const auto& piece) { return piece.empty(); });
    return pieces;
  }

  /// By position: the length of the longest chain of needs before it.
  static std::vector<uint32_t> LevelNumbers(const Part& part) {
    std::vector<uint32_t> levels(part.size(), 0);
    for (uint32_t i = 0; i < part.size(); ++i) {
      for (uint32_t need : part.needs[i]) {
        levels[i] = std::max(levels[i], levels[need] + 1);
      }
    }
    return levels;
  }

  static std::vector<std::vector<uint32_t>> LevelsOf(const Part& part) {
    std::vector<uint32_t> levels = LevelNumbers(part);
    std::vector<std::vector<uint32_t>> pieces(1 + *std::max_element(levels.begin(), levels.end()));
    for (uint32_t i = 0; i < part.size(); ++i) {
      pieces[levels[i]].push_back(part.items[i]);
    }
    return pieces;
  }

  /// A way to cut a part in two: by position, whether an item comes first. Closed under needs.
  using Cut = std::vector<bool>;

  std::vector<std::vector<uint32_t>> CutWhereCheapest(const Part& part) const {
    std::optional<Cut> best;
    double best_ms = 0;
    for (Cut& cut : CutsOf(part)) {
      double ms = LeastMs(part, cut, true) + LeastMs(part, cut, false);
      if (!best || ms < best_ms) {
        best = std::move(cut);
        best_ms = ms;
      }
    }
    std::vector<std::vector<uint32_t>> pieces(2);
    for (uint32_t i = 0; i < part.size(); ++i) {
      pieces[(*best)[i] ? 0 : 1].push_back(part.items[i]);
    }
    return pieces;
  }

  static std::vector<Cut> CutsOf(const Part& part) {
    constexpr uint32_t kSmall = 48;
    constexpr uint32_t kMostLevelCuts = 12;
    std::vector<Cut> cuts;
    std::vector<uint32_t> levels = LevelNumbers(part);
    uint32_t deepest = *std::max_element(levels.begin(), levels.end());
    uint32_t step = std::max(1U, deepest / kMostLevelCuts);
    for (uint32_t level = 0; level < deepest; level += step) {
      Cut cut(part.size());
      for (uint32_t i = 0; i < part.size(); ++i) {
        cut[i] = levels[i] <= level;
      }
      cuts.push_back(std::move(cut));
    }
    for (uint32_t i = 0; i < part.size() && part.size() <= kSmall; ++i) {
      if (part.needed_by[i].empty()) {
        Cut cut(part.size(), true);
        cut[i] = false;
        cuts.push_back(std::move(cut));
      }
      if (part.needs[i].empty()) {
        Cut cut(part.size(), false);
        cut[i] = true;
        cuts.push_back(std::move(cut));
      }
    }
    return cuts;
  }

  /// No schedule of one side of a cut takes less.
  [[nodiscard]] double LeastMs(const Part& part, const Cut& cut, bool side) const {
    std::vector<double> ends(part.size(), 0);
    double critical = 0;
    double core = 0;
    for (uint32_t i = 0; i < part.size(); ++i) {
      if (cut[i] != side) {
        continue;
      }
      for (uint32_t need : part.needs[i]) {
        ends[i] = std::max(ends[i], ends[need]);
      }
      ends[i] += weights_[part.items[i]].critical_ms;
      critical = std::max(critical, ends[i]);
      core += weights_[part.items[i]].core_ms;
    }
    return std::max(critical, core / cores_);
  }

  const Block& block_;
  const std::vector<ItemWeight>& weights_;
  int cores_;
  Tree tree_;
  /// Scratch of `PartOf`: by item, its position in the part and the part it was last in.
  std::vector<uint32_t> position_;
  std::vector<uint32_t> mark_;
  uint32_t generation_ = 0;
};

}  // namespace

Tree FindStructure(const Block& block, const std::vector<ItemWeight>& weights, int cores) {
  return Decomposer(block, weights, cores).Run();
}

}  // namespace plait::schedule
