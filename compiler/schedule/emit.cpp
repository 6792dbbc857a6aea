#include "compiler/schedule/emit.h"

#include <algorithm>
#include <cmath>

namespace plait::schedule {
namespace {

using plan::Stage;
using plan::StageId;
using plan::StageKind;

/// A node of a tree that becomes a stage, and under which circumstances.
struct Unit {
  uint32_t node = 0;
  int threads = 1;
  /// How much longer it takes than alone, because of what runs beside it.
  double stretch = 1;
};

/// Pieces that the writer of a stream may be ahead of its reader: enough to even out their steps, little to hold.
constexpr int64_t kBufferCapacity = 16;

struct Emitted {
  StageId id = 0;
  double ms = 0;
};

/// A choice with what was rejected for it; times are of the part, not of the entry.
struct Weighed {
  StageId stage = 0;
  double stretch = 1;
  double chosen_ms = 0;
  std::vector<Rejected> rejected;
};

class Emitter {
 public:
  explicit Emitter(plan::Entry& entry) : entry_(entry) {}

  void Run(Allotter& allotter, int threads) {
    if (allotter.block().items.empty()) {
      return;
    }
    Emitted root = EmitSeries(allotter, {{allotter.tree().root, threads, 1}});
    entry_.root = root.id;
    entry_.predicted_ms = RoundMs(root.ms);
    AddConsidered(root.ms);
  }

 private:
  StageId Reserve() {
    entry_.stages.emplace_back();
    return static_cast<StageId>(entry_.stages.size() - 1);
  }

  /// Takes series apart: what remains are leaves and stages side by side.
  void Flatten(Allotter& allotter, const Unit& unit, std::vector<Unit>& units, std::vector<Weighed>& weighed) {
    const TreeNode& node = allotter.tree().nodes[unit.node];
    if (node.kind == TreeKind::Leaf) {
      units.push_back(unit);
      return;
    }
    if (node.kind == TreeKind::Sides) {
      const Choice& choice = allotter.ChoiceOf(unit.node, unit.threads);
      if (choice.groups.size() > 1) {
        units.push_back(unit);
        return;
      }
      weighed.push_back({0, unit.stretch, choice.ms, choice.rejected});
    }
    for (uint32_t member : node.children) {
      Flatten(allotter, {member, unit.threads, unit.stretch}, units, weighed);
    }
  }

  Emitted EmitSeries(Allotter& allotter, const std::vector<Unit>& parts) {
    std::vector<Unit> units;
    std::vector<Weighed> weighed;
    for (const Unit& part : parts) {
      Flatten(allotter, part, units, weighed);
    }
    auto is_compute = [&](const Unit& unit) {
      const TreeNode& node = allotter.tree().nodes[unit.node];
      return node.kind == TreeKind::Leaf && allotter.block().items[node.item].stage.kind == StageKind::Compute;
    };
    bool is_one = units.size() == 1 || std::all_of(units.begin(), units.end(), is_compute);
    StageId id = is_one ? 0 : Reserve();
    Emitted result{id, 0};
    std::vector<StageId> children;
    for (size_t i = 0; i < units.size(); ++i) {
      if (i > 0 && is_compute(units[i]) && is_compute(units[i - 1])) {
        AddAssignment(allotter.block().items[allotter.tree().nodes[units[i].node].item], children.back());
        continue;
      }
      Emitted child = EmitUnit(allotter, units[i]);
      children.push_back(child.id);
      result.ms += child.ms;
    }
    if (is_one) {
      result.id = children[0];
    } else {
      FinishGroup(id, StageKind::Sequential, std::move(children), result.ms);
    }
    for (Weighed& choice : weighed) {
      choice.stage = result.id;
      weighed_.push_back(std::move(choice));
    }
    return result;
  }

  /// One compute stage holds the assignments that follow each other.
  void AddAssignment(const Item& item, StageId compute) { entry_.stages[compute].assignments.push_back(item.stage.assignments[0]); }

  Emitted EmitUnit(Allotter& allotter, const Unit& unit) {
    const TreeNode& node = allotter.tree().nodes[unit.node];
    return node.kind == TreeKind::Leaf ? EmitItem(allotter, node.item, unit) : EmitSides(allotter, unit);
  }

  Emitted EmitSides(Allotter& allotter, const Unit& unit) {
    const Choice& choice = allotter.ChoiceOf(unit.node, unit.threads);
    StageId id = Reserve();
    std::vector<StageId> children;
    for (const Group& group : choice.groups) {
      double stretch = group.alone_ms > 0 ? unit.stretch * group.ms / group.alone_ms : unit.stretch;
      std::vector<Unit> parts;
      for (uint32_t member : group.members) {
        parts.push_back({member, group.threads, stretch});
      }
      children.push_back(EmitSeries(allotter, parts).id);
    }
    for (size_t i = 0; i < children.size(); ++i) {
      if (choice.groups[i].heir) {
        entry_.stages[children[i]].yields_to = children[*choice.groups[i].heir];
      }
    }
    weighed_.push_back({id, unit.stretch, choice.ms, choice.rejected});
    FinishGroup(id, StageKind::Parallel, std::move(children), choice.ms * unit.stretch);
    return {id, choice.ms * unit.stretch};
  }

  void FinishGroup(StageId id, StageKind kind, std::vector<StageId> children, double ms) {
    Stage stage;
    stage.kind = kind;
    stage.threads = 0;
    for (StageId child : children) {
      const Stage& part = entry_.stages[child];
      bool is_parallel = kind == StageKind::Parallel;
      stage.threads = is_parallel ? stage.threads + part.threads : std::max(stage.threads, part.threads);
      stage.working_bytes = is_parallel ? stage.working_bytes + part.working_bytes : std::max(stage.working_bytes, part.working_bytes);
      stage.bytes += part.bytes;
    }
    stage.children = std::move(children);
    stage.predicted_ms = RoundMs(ms);
    entry_.stages[id] = std::move(stage);
  }

  Emitted EmitItem(Allotter& allotter, uint32_t index, const Unit& unit) {
    return EmitItem(allotter, index, unit, allotter.ChoiceOf(unit.node, unit.threads));
  }

  /// Its items one below the other, each on the threads of its side of the buffer.
  Emitted EmitStream(Allotter& allotter, uint32_t index, const Unit& unit, const Choice& choice) {
    const Item& item = allotter.block().items[index];
    Allotter& chain = allotter.Inner(index, 0);
    StageId id = Reserve();
    Stage stage = item.stage;
    stage.threads = choice.cut ? unit.threads : 1;
    for (uint32_t i = 0; i < chain.block().items.size(); ++i) {
      bool writes = choice.cut && i < choice.cut->writers;
      int threads = !choice.cut ? unit.threads : writes ? choice.cut->threads : unit.threads - choice.cut->threads;
      Choice part = chain.OfItem(i, threads);
      Emitted child = EmitItem(chain, i, {unit.node, threads, unit.stretch}, part);
      stage.threads = std::max(stage.threads, entry_.stages[child.id].threads);
      stage.bytes += entry_.stages[child.id].bytes;
      if (choice.cut && i + 1 == choice.cut->writers) {
        const Stage& writer = entry_.stages[child.id];
        stage.buffer = writer.writes ? writer.writes : std::optional(writer.assignments.back().target);
        stage.capacity = kBufferCapacity;
      }
      stage.children.push_back(child.id);
    }
    double ms = choice.ms * unit.stretch;
    stage.predicted_ms = RoundMs(ms);
    stage.working_bytes = choice.working_bytes;
    weighed_.push_back({id, unit.stretch, choice.ms, choice.rejected});
    entry_.stages[id] = std::move(stage);
    return {id, ms};
  }

  Emitted EmitItem(Allotter& allotter, uint32_t index, const Unit& unit, const Choice& choice) {
    const Item& item = allotter.block().items[index];
    if (item.stage.kind == StageKind::Stream) {
      return EmitStream(allotter, index, unit, choice);
    }
    StageId id = Reserve();
    Stage stage = item.stage;
    double ms = choice.ms * unit.stretch;
    stage.predicted_ms = RoundMs(ms);
    stage.bytes = static_cast<int64_t>(TotalBytes(choice.profile));
    stage.working_bytes = choice.working_bytes;
    stage.threads = item.stage.kind == StageKind::Call ? unit.threads : 1;
    if (item.stage.kind != StageKind::Branch && !item.blocks.empty()) {
      if (item.blocks.size() > 1) {
        stage.condition_stage = EmitInner(allotter.Inner(index, 1), unit, stage);
      }
      if (std::optional<StageId> body = EmitInner(allotter.Inner(index, 0), unit, stage)) {
        stage.children = {*body};
      }
    }
    for (size_t i = 0; i < stage.arms.size(); ++i) {
      stage.arms[i].stage = EmitInner(allotter.Inner(index, i), unit, stage);
    }
    entry_.stages[id] = std::move(stage);
    return {id, ms};
  }

  std::optional<StageId> EmitInner(Allotter& inner, const Unit& unit, Stage& around) {
    if (inner.block().items.empty()) {
      return std::nullopt;
    }
    StageId id = EmitSeries(inner, {{inner.tree().root, unit.threads, unit.stretch}}).id;
    around.threads = std::max(around.threads, entry_.stages[id].threads);
    return id;
  }

  /// The alternatives of the choices that matter, as times of the whole entry.
  void AddConsidered(double entry_ms) {
    constexpr double kLeastShare = 0.01;
    constexpr size_t kMostAlternatives = 12;
    std::stable_sort(weighed_.begin(), weighed_.end(), [](const Weighed& a, const Weighed& b) { return a.stage < b.stage; });
    for (const Weighed& choice : weighed_) {
      if (choice.chosen_ms * choice.stretch < kLeastShare * entry_ms) {
        continue;
      }
      for (const Rejected& way : choice.rejected) {
        if (entry_.considered.size() < kMostAlternatives) {
          double ms = entry_ms + (way.ms - choice.chosen_ms) * choice.stretch;
          entry_.considered.push_back({choice.stage, way.what, RoundMs(std::max(ms, 0.0))});
        }
      }
    }
  }

  plan::Entry& entry_;
  std::vector<Weighed> weighed_;
};

}  // namespace

double RoundMs(double ms) { return std::round(ms * 1e3) / 1e3; }

void EmitStages(Allotter& allotter, int threads, plan::Entry& entry) { Emitter(entry).Run(allotter, threads); }

}  // namespace plait::schedule
