#include "compiler/schedule/liveness.h"

#include <algorithm>

#include "compiler/plan/lookup.h"

namespace plait::schedule {
namespace {

using plan::Stage;
using plan::StageId;
using plan::StageKind;
using plan::ValueId;

void SortUnique(std::vector<ValueId>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

class Liveness {
 public:
  explicit Liveness(plan::Entry& entry) : entry_(entry) {}

  void Run() {
    for (const plan::Parameter& parameter : entry_.parameters) {
      SetFrame(parameter.value, 0);
    }
    if (!entry_.root) {
      return;
    }
    AssignFrames(*entry_.root, 0);
    std::vector<ValueId> reads;
    plan::AddReads(entry_.result, reads);
    MarkReadLater(reads, 0);
    Walk(*entry_.root, 0);
    for (Stage& stage : entry_.stages) {
      SortUnique(stage.frees);
    }
  }

 private:
  void SetFrame(ValueId value, uint32_t frame) {
    if (value >= frame_of_.size()) {
      frame_of_.resize(value + 1, 0);
      read_later_.resize(value + 1, false);
    }
    frame_of_[value] = frame;
  }

  /// Gives each value the frame that it belongs to, and each map and arm the number of its frame.
  void AssignFrames(StageId id, uint32_t frame) {
    const Stage& stage = entry_.stages[id];
    inner_frames_.resize(entry_.stages.size());
    if (stage.writes) {
      SetFrame(*stage.writes, frame);
    }
    for (const plan::Assignment& assignment : stage.assignments) {
      SetFrame(assignment.target, frame);
    }
    if (stage.kind == StageKind::Guard) {
      inner_frames_[id] = {++frames_};
      frame = frames_;
    }
    if (HasItem(stage)) {
      inner_frames_[id] = {++frames_};
      SetFrame(stage.item, frames_);
      if (stage.index) {
        SetFrame(*stage.index, frames_);
      }
      frame = frames_;
      if (stage.condition_stage) {
        AssignFrames(*stage.condition_stage, frame);
      }
    }
    for (StageId child : stage.children) {
      AssignFrames(child, frame);
    }
    for (const plan::Arm& arm : stage.arms) {
      inner_frames_[id].push_back(++frames_);
      if (arm.stage) {
        AssignFrames(*arm.stage, inner_frames_[id].back());
      }
    }
  }

  void MarkReadLater(const std::vector<ValueId>& reads, uint32_t frame) {
    for (ValueId value : reads) {
      if (frame_of_[value] == frame) {
        read_later_[value] = true;
      }
    }
  }

  void FreeUnlessReadLater(StageId id, const std::vector<ValueId>& reads, uint32_t frame) {
    for (ValueId value : reads) {
      if (frame_of_[value] == frame && !read_later_[value]) {
        entry_.stages[id].frees.push_back(value);
        read_later_[value] = true;
      }
    }
  }

  /// From the last stage to the first, so that the first reader met is the last to run.
  void Walk(StageId id, uint32_t frame) {
    const Stage& stage = entry_.stages[id];
    if (stage.kind == StageKind::Sequential || stage.kind == StageKind::Stream) {
      for (auto child = stage.children.rbegin(); child != stage.children.rend(); ++child) {
        Walk(*child, frame);
      }
      return;
    }
    if (stage.kind == StageKind::Parallel) {
      WalkParallel(id, frame);
      return;
    }
    FreeUnlessReadLater(id, plan::ReadsOf(entry_, entry_.stages[id]), frame);
    if (HasItem(stage)) {
      WalkItems(id);
    }
    if (stage.kind == StageKind::Guard) {
      std::vector<ValueId> reads;
      plan::AddReads(stage.element, reads);
      WalkInner(BodyOf(stage), reads, inner_frames_[id][0]);
    }
    for (size_t i = 0; i < stage.arms.size(); ++i) {
      std::vector<ValueId> reads;
      plan::AddReads(stage.arms[i].value, reads);
      WalkInner(stage.arms[i].stage, reads, inner_frames_[id][i]);
    }
  }

  /// Which child ends last is not known: what several read ends with them all.
  void WalkParallel(StageId id, uint32_t frame) {
    std::vector<ValueId> all;
    for (StageId child : entry_.stages[id].children) {
      std::vector<ValueId> reads = plan::ReadsOf(entry_, entry_.stages[child]);
      all.insert(all.end(), reads.begin(), reads.end());
    }
    std::sort(all.begin(), all.end());
    std::vector<ValueId> shared;
    for (size_t i = 1; i < all.size(); ++i) {
      if (all[i] == all[i - 1]) {
        shared.push_back(all[i]);
      }
    }
    SortUnique(shared);
    FreeUnlessReadLater(id, shared, frame);
    for (StageId child : entry_.stages[id].children) {
      Walk(child, frame);
    }
  }

  static bool HasItem(const Stage& stage) { return stage.kind == StageKind::Map || stage.kind == StageKind::Loop; }

  static std::optional<StageId> BodyOf(const Stage& stage) {
    return stage.children.empty() ? std::nullopt : std::optional(stage.children[0]);
  }

  /// A map or a loop: the body may end what the condition, which comes before it, reads too; but for a value of its own the condition
  /// may end none.
  void WalkItems(StageId id) {
    const Stage& stage = entry_.stages[id];
    uint32_t frame = inner_frames_[id][0];
    std::vector<ValueId> reads;
    plan::AddReads(stage.element, reads);
    std::optional<StageId> body = BodyOf(stage);
    WalkInner(body, reads, frame);
    if (body) {
      std::vector<ValueId> below = plan::ReadsOf(entry_, entry_.stages[*body]);
      reads.insert(reads.end(), below.begin(), below.end());
    }
    if (stage.condition) {
      plan::AddReads(*stage.condition, reads);
    }
    WalkInner(stage.condition_stage, reads, frame);
  }

  void WalkInner(std::optional<StageId> stage, const std::vector<ValueId>& read_after, uint32_t frame) {
    MarkReadLater(read_after, frame);
    if (stage) {
      Walk(*stage, frame);
    }
  }

  plan::Entry& entry_;
  /// By value.
  std::vector<uint32_t> frame_of_;
  std::vector<bool> read_later_;
  /// By stage: of a map, a loop or a guard, or of a branch's arms.
  std::vector<std::vector<uint32_t>> inner_frames_;
  uint32_t frames_ = 0;
};

}  // namespace

void AddFrees(plan::Entry& entry) { Liveness(entry).Run(); }

}  // namespace plait::schedule
