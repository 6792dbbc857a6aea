#include "compiler/schedule/group_streams.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

namespace plait::schedule {
namespace {

class Grouper {
 public:
  Grouper(Block& block, bool replies) : block_(block), replies_(replies), link_(block.items.size()) {
    std::iota(link_.begin(), link_.end(), 0U);
  }

  void Run() {
    bool has_streams = std::ranges::any_of(block_.items, [](const Item& item) { return item.gives_stream; });
    if (!has_streams) {
      return;
    }
    for (uint32_t i = 0; i < link_.size(); ++i) {
      for (uint32_t written : block_.items[i].reads_streams_of) {
        link_[FirstOf(written)] = FirstOf(i);
      }
    }
    FindRead();
    Rebuild();
  }

 private:
  /// The item that stands for all that are linked with this one: the last of them in the order.
  uint32_t FirstOf(uint32_t item) {
    while (link_[item] != item) {
      link_[item] = link_[link_[item]];
      item = link_[item];
    }
    return item;
  }

  /// Marks the groups whose pieces somebody reads here.
  void FindRead() {
    is_read_.assign(link_.size(), false);
    for (uint32_t i = 0; i < link_.size(); ++i) {
      const Item& item = block_.items[i];
      bool is_result = replies_ && item.gives_stream;
      if ((!item.gives_stream && !item.reads_streams_of.empty()) || is_result) {
        is_read_[FirstOf(i)] = true;
      }
    }
  }

  /// A group stands where its last item stood: what its items need stands before that.
  void Rebuild() {
    std::vector<std::vector<uint32_t>> members(link_.size());
    for (uint32_t i = 0; i < link_.size(); ++i) {
      uint32_t first = FirstOf(i);
      members[is_read_[first] ? first : i].push_back(i);
    }
    std::vector<uint32_t> place(link_.size());
    std::vector<uint32_t> within(link_.size());
    std::vector<Item> items;
    std::optional<std::vector<uint32_t>> order = OrderOf(members);
    if (!order) {
      return;
    }
    for (uint32_t last : *order) {
      for (uint32_t i = 0; i < members[last].size(); ++i) {
        place[members[last][i]] = static_cast<uint32_t>(items.size());
        within[members[last][i]] = i;
      }
      items.push_back(is_read_[last] ? MakeStream(members[last], place, within) : std::move(block_.items[last]));
      if (!is_read_[last]) {
        Renumber(items.back().needs, place);
        Renumber(items.back().reads_streams_of, place);
      }
    }
    block_.items = std::move(items);
  }

  /// Groups in an order in which each stands after what its members need, as early as that lets it; nothing where one would have to stand
  /// before and after another: what a stream is read for may decide about a further one that the same branch reads. Such items stay as they
  /// are.
  std::optional<std::vector<uint32_t>> OrderOf(const std::vector<std::vector<uint32_t>>& members) {
    std::vector<uint32_t> group_of(link_.size());
    for (uint32_t group = 0; group < members.size(); ++group) {
      for (uint32_t member : members[group]) {
        group_of[member] = group;
      }
    }
    std::vector<uint32_t> order;
    enum class State : uint8_t { New, Open, Placed };
    std::vector<State> states(members.size(), State::New);
    // A group is on the stack a second time, marked, below what it needs.
    std::vector<std::pair<uint32_t, bool>> open;
    for (uint32_t root = 0; root < members.size(); ++root) {
      open.emplace_back(root, false);
      while (!open.empty()) {
        auto [group, is_done] = open.back();
        open.pop_back();
        if (members[group].empty() || states[group] == State::Placed) {
          continue;
        }
        if (is_done) {
          states[group] = State::Placed;
          order.push_back(group);
          continue;
        }
        if (states[group] == State::Open) {
          return std::nullopt;
        }
        states[group] = State::Open;
        open.emplace_back(group, true);
        for (uint32_t member : members[group]) {
          for (uint32_t need : block_.items[member].needs) {
            if (group_of[need] != group) {
              open.emplace_back(group_of[need], false);
            }
          }
        }
      }
    }
    return order;
  }

  Item MakeStream(const std::vector<uint32_t>& members, const std::vector<uint32_t>& place, const std::vector<uint32_t>& within) {
    Item stream;
    stream.stage.kind = plan::StageKind::Stream;
    uint32_t own = place[members[0]];
    stream.stage.replies = replies_ && std::ranges::any_of(members, [&](uint32_t member) { return IsResult(member); });
    stream.blocks.emplace_back();
    for (uint32_t member : members) {
      Item item = std::move(block_.items[member]);
      std::vector<uint32_t> inner;
      for (uint32_t need : item.needs) {
        if (place[need] == own) {
          inner.push_back(within[need]);
        } else {
          stream.needs.push_back(place[need]);
        }
      }
      for (uint32_t& read : item.reads_streams_of) {
        read = within[read];
      }
      item.needs = std::move(inner);
      stream.stage.span = item.stage.span;
      stream.blocks[0].items.push_back(std::move(item));
    }
    SortUnique(stream.needs);
    return stream;
  }

  /// Whether the block's result is the stream that this item, or one that reads from it, writes.
  [[nodiscard]] bool IsResult(uint32_t item) const { return block_.items[item].gives_stream && is_read_[item]; }

  static void Renumber(std::vector<uint32_t>& needs, const std::vector<uint32_t>& place) {
    for (uint32_t& need : needs) {
      need = place[need];
    }
    SortUnique(needs);
  }

  static void SortUnique(std::vector<uint32_t>& numbers) {
    std::ranges::sort(numbers);
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  }

  Block& block_;
  bool replies_;
  /// By item: one that it is linked with, or itself.
  std::vector<uint32_t> link_;
  std::vector<bool> is_read_;
};

}  // namespace

void GroupStreams(Block& block, bool replies) { Grouper(block, replies).Run(); }

}  // namespace plait::schedule
