#include "compiler/schedule/allot.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compiler/schedule/sides.h"

namespace plait::schedule {
namespace {

/// Side by side is kept where it is no more than this much slower: real models gain less from a second thread than the costs say.
constexpr double kTolerance = 1.001;

std::string DescribeGroups(const std::vector<Group>& groups, size_t members) {
  std::vector<int> threads;
  for (const Group& group : groups) {
    threads.push_back(group.threads);
  }
  constexpr size_t kMostListed = 8;
  std::string teams = threads.size() <= kMostListed ? fmt::format("{} threads", fmt::join(threads, " + "))
                                                    : fmt::format("{} threads", std::accumulate(threads.begin(), threads.end(), 0));
  return groups.size() == members ? fmt::format("side by side, on {}", teams)
                                  : fmt::format("in {} groups side by side, on {}", groups.size(), teams);
}

std::string DescribeSeries(int threads) {
  return fmt::format("one after the other, each on {} thread{}", threads, threads == 1 ? "" : "s");
}

/// Every way to give each of `groups` at least one of the threads; none where there are too many ways to try them all.
std::vector<std::vector<int>> SplitsOf(int threads, size_t groups) {
  constexpr double kMostSplits = 200;
  double count = 1;
  for (size_t i = 1; i < groups; ++i) {
    count = count * static_cast<double>(static_cast<size_t>(threads) - i) / static_cast<double>(i);
  }
  std::vector<std::vector<int>> splits;
  if (count > kMostSplits) {
    return splits;
  }
  std::vector<int> split(groups, 1);
  split.back() = threads - static_cast<int>(groups) + 1;
  for (;;) {
    splits.push_back(split);
    // The last place that can gives a thread to the one before it and leaves what else it has to the last of all.
    size_t place = groups - 1;
    while (place > 0 && split[place] == 1) {
      --place;
    }
    if (place == 0) {
      return splits;
    }
    int rest = split[place] - 1;
    split[place] = 1;
    ++split[place - 1];
    split.back() = rest;
  }
}

int Unevenness(const std::vector<int>& split) {
  int sum = 0;
  for (int threads : split) {
    sum += threads * threads;
  }
  return sum;
}

void SetThreads(std::vector<Group>& groups, const std::vector<int>& split) {
  for (size_t i = 0; i < groups.size(); ++i) {
    groups[i].threads = split[i];
  }
}

/// Adds `more` as something that runs after what is there.
void AddAfter(Choice& choice, const Choice& more, const Rates& rates) {
  choice.ms += more.ms;
  Append(choice.profile, more.profile, rates);
  choice.working_bytes = std::max(choice.working_bytes, more.working_bytes);
}

}  // namespace

Allotter::Allotter(const Block& block, const Rates& rates) : block_(block), rates_(rates), inner_(block.items.size()) {
  std::vector<ItemWeight> weights;
  for (uint32_t i = 0; i < block.items.size(); ++i) {
    for (const Block& inner : block.items[i].blocks) {
      inner_[i].push_back(std::make_unique<Allotter>(inner, rates));
    }
    weights.push_back(WeightOf(block.items[i], i));
  }
  SetBound(weights);
  if (!block.items.empty()) {
    tree_ = FindStructure(block, weights, rates.cores());
    choices_.resize(tree_.nodes.size());
  }
}

ItemWeight Allotter::WeightOf(const Item& item, uint32_t index) {
  if (item.stage.kind == plan::StageKind::Call) {
    const Profile& profile = item.work.profile;
    return {rates_.Ms(profile, rates_.cores()), rates_.CoreMs(profile), rates_.ArithmeticMs(profile)};
  }
  ItemWeight weight;
  if (item.stage.kind == plan::StageKind::Stream) {
    // Its items run at the same time, as far as their pieces let them.
    Allotter& chain = *inner_[index][0];
    for (uint32_t i = 0; i < chain.block_.items.size(); ++i) {
      weight.critical_ms = std::max(weight.critical_ms, chain.WeightOf(chain.block_.items[i], i).critical_ms);
    }
    weight.core_ms = chain.bound().core_ms;
    weight.arithmetic_ms = chain.bound().arithmetic_ms;
    return weight;
  }
  for (const std::unique_ptr<Allotter>& inner : inner_[index]) {
    weight.critical_ms += item.expected_runs * inner->bound().critical_ms;
    weight.core_ms += item.expected_runs * inner->bound().core_ms;
    weight.arithmetic_ms += item.expected_runs * inner->bound().arithmetic_ms;
  }
  return weight;
}

void Allotter::SetBound(const std::vector<ItemWeight>& weights) {
  std::vector<double> ends(weights.size(), 0);
  for (size_t i = 0; i < weights.size(); ++i) {
    for (uint32_t need : block_.items[i].needs) {
      ends[i] = std::max(ends[i], ends[need]);
    }
    ends[i] += weights[i].critical_ms;
    bound_.critical_ms = std::max(bound_.critical_ms, ends[i]);
    bound_.core_ms += weights[i].core_ms;
    bound_.arithmetic_ms += weights[i].arithmetic_ms;
  }
}

const Choice& Allotter::Whole(int threads) { return block_.items.empty() ? nothing_ : ChoiceOf(tree_.root, threads); }

const Choice& Allotter::ChoiceOf(uint32_t node, int threads) {
  auto found = choices_[node].find(threads);
  if (found != choices_[node].end()) {
    return found->second;
  }
  const TreeNode& tree_node = tree_.nodes[node];
  Choice choice;
  switch (tree_node.kind) {
    case TreeKind::Leaf:
      choice = Leaf(block_.items[tree_node.item], tree_node.item, threads);
      break;
    case TreeKind::Series:
      choice = Series(tree_node.children, threads);
      break;
    case TreeKind::Sides:
      choice = Sides(tree_node.children, threads);
      break;
  }
  return choices_[node].emplace(threads, std::move(choice)).first->second;
}

Choice Allotter::Leaf(const Item& item, uint32_t index, int threads) {
  Choice choice;
  if (item.stage.kind == plan::StageKind::Call) {
    choice.ms = rates_.Ms(item.work.profile, threads);
    choice.profile = item.work.profile;
    choice.working_bytes = item.work.working_bytes;
    return choice;
  }
  if (item.stage.kind == plan::StageKind::Stream) {
    return Stream(*inner_[index][0], threads);
  }
  for (const std::unique_ptr<Allotter>& inner : inner_[index]) {
    AddAfter(choice, inner->Whole(threads), rates_);
  }
  if (item.expected_runs != 1) {
    choice.ms *= item.expected_runs;
    choice.profile = Scaled(choice.profile, item.expected_runs);
  }
  return choice;
}

/// Piece by piece on all threads, or with a buffer at the place where writers and readers take least.
Choice Allotter::Stream(Allotter& chain, int threads) {
  auto count = static_cast<uint32_t>(chain.block_.items.size());
  Choice taking_turns;
  int64_t working_bytes = 0;
  for (uint32_t i = 0; i < count; ++i) {
    Choice part = chain.OfItem(i, threads);
    AddAfter(taking_turns, part, rates_);
    working_bytes += part.working_bytes;
  }
  taking_turns.working_bytes = working_bytes;
  Choice best = taking_turns;
  best.rejected.push_back({"each piece written, then read, all on the same threads", taking_turns.ms});
  for (uint32_t writers = 1; writers < count; ++writers) {
    for (int written_on = 1; IsCut(chain.block_, writers) && written_on < threads; ++written_on) {
      double ms = BufferedMs(chain, writers, written_on, threads);
      if (ms * kTolerance < best.ms) {
        best.ms = ms;
        best.cut = Cut{writers, written_on};
      }
    }
  }
  if (!best.cut) {
    best.rejected.clear();
  }
  return best;
}

/// Whether the items before and behind meet in one stream, which the last one before writes, and whose pieces are worth something.
bool Allotter::IsCut(const Block& chain, uint32_t writers) {
  for (uint32_t i = writers; i < chain.items.size(); ++i) {
    for (uint32_t read : chain.items[i].reads_streams_of) {
      if (read + 1 < writers) {
        return false;
      }
    }
  }
  const Item& reader = chain.items[writers];
  return chain.items[writers - 1].stage.gives_stream && reader.stage.kind == plan::StageKind::Map && !reader.blocks[0].items.empty();
}

/// Readers that go through the pieces keep up with the writers; others wait for their end.
double Allotter::BufferedMs(Allotter& chain, uint32_t writers, int written_on, int threads) {
  Choice before;
  Choice beside;
  double after_ms = 0;
  double pieces = 1;
  for (uint32_t i = 0; i < chain.block_.items.size(); ++i) {
    const Item& item = chain.block_.items[i];
    if (i < writers) {
      AddAfter(before, chain.OfItem(i, written_on), rates_);
    } else if (item.stage.is_each) {
      AddAfter(beside, chain.OfItem(i, threads - written_on), rates_);
      pieces = std::max(pieces, item.expected_runs);
    } else {
      after_ms += chain.OfItem(i, threads).ms;
    }
  }
  std::vector<double> ends =
      RunSides({{&before.profile, written_on, std::optional<size_t>(1)}, {&beside.profile, threads - written_on, std::nullopt}}, rates_);
  // The last piece is read when all is written.
  return std::max(ends[1], ends[0] + beside.ms / pieces) + after_ms;
}

Choice Allotter::Series(const std::vector<uint32_t>& members, int threads) {
  Choice choice;
  for (uint32_t member : members) {
    AddAfter(choice, ChoiceOf(member, threads), rates_);
  }
  return choice;
}

Choice Allotter::Sides(const std::vector<uint32_t>& members, int threads) {
  Choice series = Series(members, threads);
  series.groups = {{members, threads, series.ms, series.ms, std::nullopt}};
  Choice best = series;
  best.ms *= kTolerance;
  std::vector<Rejected> all = {{DescribeSeries(threads), series.ms}};
  size_t most = std::min(members.size(), static_cast<size_t>(threads));
  constexpr size_t kEveryCount = 8;
  for (size_t groups = 2; groups <= most; groups = groups < kEveryCount || groups == most ? groups + 1 : std::min(groups * 2, most)) {
    Choice choice = SideBySide(members, groups, threads);
    all.push_back({DescribeGroups(choice.groups, members.size()), choice.ms});
    if (choice.ms <= best.ms) {
      best = std::move(choice);
    }
  }
  bool is_series = best.groups.size() == 1;
  best.ms = is_series ? series.ms : best.ms;
  std::string chosen = is_series ? DescribeSeries(threads) : DescribeGroups(best.groups, members.size());
  std::stable_sort(all.begin(), all.end(), [](const Rejected& a, const Rejected& b) { return a.ms < b.ms; });
  constexpr size_t kMostRejected = 3;
  for (Rejected& way : all) {
    if (way.what != chosen && best.rejected.size() < kMostRejected) {
      best.rejected.push_back(std::move(way));
    }
  }
  return best;
}

Choice Allotter::SideBySide(const std::vector<uint32_t>& members, size_t groups, int threads) {
  Choice choice;
  choice.groups = Distribute(members, groups);
  AllotThreads(choice.groups, threads);
  choice.ms = Finish(choice.groups);
  Segment sum;
  double most_ms = 0;
  for (const Group& group : choice.groups) {
    Choice series = Series(group.members, group.threads);
    for (const Segment& segment : series.profile) {
      sum.flops += segment.flops;
      sum.bytes += segment.bytes;
      most_ms = std::max(most_ms, segment.fixed_ms);
    }
    choice.working_bytes += series.working_bytes;
  }
  // What the sides lose to each other is lost however many threads they get.
  sum.fixed_ms = most_ms;
  double rest = choice.ms - rates_.Ms(sum, threads);
  sum.fixed_ms += std::max(0.0, rest);
  choice.profile = {sum};
  return choice;
}

/// The longest first, each to the group that has least: where there are as many groups as members, each has one, in their own order.
std::vector<Group> Allotter::Distribute(const std::vector<uint32_t>& members, size_t count) {
  std::vector<Group> groups(count);
  if (count == members.size()) {
    for (size_t i = 0; i < count; ++i) {
      groups[i].members = {members[i]};
    }
    return groups;
  }
  std::vector<std::pair<double, uint32_t>> by_ms;
  for (uint32_t i = 0; i < members.size(); ++i) {
    by_ms.emplace_back(ChoiceOf(members[i], 1).ms, i);
  }
  std::stable_sort(by_ms.begin(), by_ms.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::vector<uint32_t>> positions(count);
  std::vector<double> load(count, 0);
  for (const auto& [ms, position] : by_ms) {
    auto least = static_cast<size_t>(std::min_element(load.begin(), load.end()) - load.begin());
    load[least] += ms;
    positions[least].push_back(position);
  }
  for (size_t i = 0; i < count; ++i) {
    std::sort(positions[i].begin(), positions[i].end());
    for (uint32_t position : positions[i]) {
      groups[i].members.push_back(members[position]);
    }
  }
  return groups;
}

/// Every split of the threads where there are few, else each further thread to the group that would end last.
void Allotter::AllotThreads(std::vector<Group>& groups, int threads) {
  if (TryEverySplit(groups, threads)) {
    return;
  }
  std::vector<double> ms(groups.size());
  for (size_t i = 0; i < groups.size(); ++i) {
    groups[i].threads = 1;
    ms[i] = Series(groups[i].members, 1).ms;
  }
  for (int left = threads - static_cast<int>(groups.size()); left > 0; --left) {
    auto last = static_cast<size_t>(std::max_element(ms.begin(), ms.end()) - ms.begin());
    ++groups[last].threads;
    ms[last] = Series(groups[last].members, groups[last].threads).ms;
  }
}

bool Allotter::TryEverySplit(std::vector<Group>& groups, int threads) {
  std::vector<std::vector<int>> splits = SplitsOf(threads, groups.size());
  std::vector<double> ms;
  for (const std::vector<int>& split : splits) {
    SetThreads(groups, split);
    ms.push_back(Finish(groups));
  }
  if (splits.empty()) {
    return false;
  }
  // Of those that end at the same time, the most even one: it rests least on the costs being right.
  double least = *std::min_element(ms.begin(), ms.end()) * kTolerance;
  std::optional<size_t> best;
  for (size_t i = 0; i < splits.size(); ++i) {
    if (ms[i] <= least && (!best || Unevenness(splits[i]) < Unevenness(splits[*best]))) {
      best = i;
    }
  }
  SetThreads(groups, splits[*best]);
  return true;
}

/// Sets who gets whose threads and when each ends; the time until the last does.
double Allotter::Finish(std::vector<Group>& groups) {
  std::vector<Choice> series;
  for (const Group& group : groups) {
    series.push_back(Series(group.members, group.threads));
  }
  std::vector<Side> sides;
  for (size_t i = 0; i < groups.size(); ++i) {
    sides.push_back({&series[i].profile, groups[i].threads, std::nullopt});
  }
  std::vector<double> ends = RunSides(sides, rates_);
  auto longest = static_cast<size_t>(std::max_element(ends.begin(), ends.end()) - ends.begin());
  for (size_t i = 0; i < groups.size(); ++i) {
    sides[i].heir = i == longest ? std::nullopt : std::optional(longest);
  }
  ends = RunSides(sides, rates_);
  for (size_t i = 0; i < groups.size(); ++i) {
    groups[i].heir = sides[i].heir;
    groups[i].ms = ends[i];
    groups[i].alone_ms = series[i].ms;
  }
  return *std::max_element(ends.begin(), ends.end());
}

}  // namespace plait::schedule
