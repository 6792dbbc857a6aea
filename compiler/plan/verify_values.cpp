// The order of writes, reads and frees along every path through the stages.
#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "compiler/plan/verify.h"

namespace plait::plan {
namespace {

/// Where a value is on its way. Values of a map's body or of an arm are gone once that is left.
enum class ValueStatus { Written, OfSibling, Freed, Gone };

struct ValueState {
  ValueStatus status = ValueStatus::Written;
  /// The frame that it belongs to: the entry's, one iteration's, one arm's.
  uint32_t frame = 0;
  /// The stage that wrote it (or freed it); the entry's parameters have none.
  std::optional<StageId> stage;
  /// The steps of the walk at which it was read, ascending.
  std::vector<uint32_t> reads;
};

/// A child of a parallel stage that is being walked: its siblings before it were walked from `begin` to `own_begin`.
struct OpenChild {
  uint32_t begin;
  uint32_t own_begin;
};

class Walker {
 public:
  explicit Walker(const Entry& entry) : entry_(entry) {}

  std::optional<Fault> Check() {
    for (const Parameter& parameter : entry_.parameters) {
      if (!values_.try_emplace(parameter.value).second) {
        return Fault{fmt::format("two parameters write %{}", parameter.value), {}, {}, {}};
      }
    }
    if (entry_.root) {
      Walk(*entry_.root);
    }
    stage_.reset();
    Read(entry_.result);
    return fault_;
  }

 private:
  void Fail(std::string message) {
    if (!fault_) {
      fault_ = Fault{std::move(message), {}, {}, stage_};
    }
  }

  void Read(const Expr& expr) {
    if (expr.kind == Expr::Kind::Value) {
      ReadValue(expr.value);
    }
    for (const Expr& operand : expr.operands) {
      Read(operand);
    }
  }

  void ReadValue(ValueId value) {
    auto found = values_.find(value);
    std::string_view reader = stage_ ? "it reads" : "the result reads";
    if (found == values_.end()) {
      Fail(fmt::format("{} %{}, which nothing has written yet", reader, value));
      return;
    }
    ValueState& state = found->second;
    switch (state.status) {
      case ValueStatus::Written:
        state.reads.push_back(clock_);
        return;
      case ValueStatus::OfSibling:
        Fail(fmt::format("{} %{}, which stage {} writes at the same time", reader, value, state.stage.value_or(0)));
        return;
      case ValueStatus::Freed:
        Fail(fmt::format("{} %{}, which stage {} frees", reader, value, state.stage.value_or(0)));
        return;
      case ValueStatus::Gone:
        Fail(fmt::format("{} %{}, which exists only inside another stage", reader, value));
        return;
    }
  }

  void Write(ValueId value) {
    auto [found, is_new] = values_.try_emplace(value);
    if (!is_new) {
      Fail(fmt::format("it writes %{}, which is written already", value));
      return;
    }
    found->second.frame = frame_;
    found->second.stage = stage_;
    written_.push_back(value);
  }

  void Free(ValueId value) {
    auto found = values_.find(value);
    if (found == values_.end() || found->second.status != ValueStatus::Written) {
      Fail(fmt::format("it frees %{}, which does not exist at that time", value));
      return;
    }
    ValueState& state = found->second;
    if (state.frame != frame_) {
      Fail(fmt::format("it frees %{}, which belongs to a stage around it and is needed again", value));
      return;
    }
    for (const OpenChild& child : open_children_) {
      auto read = std::lower_bound(state.reads.begin(), state.reads.end(), child.begin);
      if (read != state.reads.end() && *read < child.own_begin) {
        Fail(fmt::format("it frees %{}, which a stage beside it reads", value));
        return;
      }
    }
    state.status = ValueStatus::Freed;
    state.stage = stage_;
  }

  void Walk(StageId id) {
    if (fault_) {
      return;
    }
    const Stage& stage = entry_.stages[id];
    stage_ = id;
    ++clock_;
    switch (stage.kind) {
      case StageKind::Call:
        for (const Argument& argument : stage.arguments) {
          Read(argument.value);
        }
        break;
      case StageKind::Compute:
        for (const Assignment& assignment : stage.assignments) {
          Read(assignment.value);
          Write(assignment.target);
        }
        break;
      case StageKind::Sequential:
      case StageKind::Stream:
        for (StageId child : stage.children) {
          Walk(child);
        }
        break;
      case StageKind::Parallel:
        WalkParallel(stage);
        break;
      case StageKind::Map:
      case StageKind::Loop:
        WalkItems(id, stage);
        break;
      case StageKind::Guard:
        WalkGuard(id, stage);
        break;
      case StageKind::Branch:
        WalkBranch(id, stage);
        break;
    }
    Finish(id, stage);
  }

  void Finish(StageId id, const Stage& stage) {
    stage_ = id;
    ++clock_;
    if (stage.writes) {
      Write(*stage.writes);
    }
    for (ValueId value : stage.frees) {
      Free(value);
    }
  }

  void WalkParallel(const Stage& stage) {
    uint32_t begin = clock_;
    size_t first_written = written_.size();
    for (StageId child : stage.children) {
      size_t own_written = written_.size();
      ++clock_;
      open_children_.push_back({begin, clock_});
      Walk(child);
      open_children_.pop_back();
      SetStatus(own_written, ValueStatus::Written, ValueStatus::OfSibling);
    }
    SetStatus(first_written, ValueStatus::OfSibling, ValueStatus::Written);
  }

  /// A map or a loop: the condition comes before the body, which goes on with the items or states alone.
  void WalkItems(StageId id, const Stage& stage) {
    Read(stage.source);
    uint32_t outer = EnterFrame();
    size_t first_written = written_.size();
    Write(stage.item);
    if (stage.index) {
      Write(*stage.index);
    }
    size_t condition_written = written_.size();
    if (stage.condition_stage) {
      Walk(*stage.condition_stage);
    }
    stage_ = id;
    if (stage.condition) {
      Read(*stage.condition);
    }
    LeaveFrame(frame_, condition_written);
    for (StageId child : stage.children) {
      Walk(child);
    }
    stage_ = id;
    ++clock_;
    Read(stage.element);
    LeaveFrame(outer, first_written);
  }

  void WalkGuard(StageId id, const Stage& stage) {
    uint32_t outer = EnterFrame();
    size_t first_written = written_.size();
    for (StageId child : stage.children) {
      Walk(child);
    }
    stage_ = id;
    ++clock_;
    Read(stage.element);
    LeaveFrame(outer, first_written);
  }

  void WalkBranch(StageId id, const Stage& stage) {
    for (const Arm& arm : stage.arms) {
      if (arm.condition) {
        Read(*arm.condition);
      }
      uint32_t outer = EnterFrame();
      size_t first_written = written_.size();
      if (arm.stage) {
        Walk(*arm.stage);
      }
      stage_ = id;
      ++clock_;
      Read(arm.value);
      LeaveFrame(outer, first_written);
    }
  }

  uint32_t EnterFrame() {
    uint32_t outer = frame_;
    frame_ = ++frames_;
    return outer;
  }

  /// What was written since then ends, and `outer` is the frame that goes on.
  void LeaveFrame(uint32_t outer, size_t first_written) {
    for (size_t i = first_written; i < written_.size(); ++i) {
      values_[written_[i]].status = ValueStatus::Gone;
    }
    written_.resize(first_written);
    frame_ = outer;
  }

  void SetStatus(size_t first_written, ValueStatus from, ValueStatus to) {
    for (size_t i = first_written; i < written_.size(); ++i) {
      ValueState& state = values_[written_[i]];
      state.status = state.status == from ? to : state.status;
    }
  }

  const Entry& entry_;
  std::unordered_map<ValueId, ValueState> values_;
  /// Values of open frames in the order of their writing.
  std::vector<ValueId> written_;
  std::vector<OpenChild> open_children_;
  uint32_t frame_ = 0;
  uint32_t frames_ = 0;
  uint32_t clock_ = 0;
  std::optional<StageId> stage_;
  std::optional<Fault> fault_;
};

}  // namespace

std::optional<Fault> FindValueFault(const Entry& entry) { return Walker(entry).Check(); }

}  // namespace plait::plan
