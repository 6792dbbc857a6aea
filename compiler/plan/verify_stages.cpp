// Expressions and stages by themselves: their fields, the tree they form, the threads they share.
#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "compiler/plan/expr_syntax.h"
#include "compiler/plan/verify.h"

namespace plait::plan {
namespace {

using MaybeText = std::optional<std::string>;

bool IsSound(const Value& value, int depth) {
  if (depth > kMaxDepth) {
    return false;
  }
  if (value.is_float()) {
    return std::isfinite(value.AsFloat());
  }
  if (value.is_list()) {
    return std::all_of(value.AsList().begin(), value.AsList().end(), [&](const Value& item) { return IsSound(item, depth + 1); });
  }
  if (!value.is_record()) {
    return true;
  }
  std::set<std::string_view> names;
  for (const auto& [name, field] : value.AsRecord()) {
    if (!names.insert(name).second || !IsSound(field, depth + 1)) {
      return false;
    }
  }
  return true;
}

/// How many operands and names an expression must have; the number of a list's or record's operands is free.
MaybeText FindCountFault(const Expr& expr) {
  size_t operands = expr.operands.size();
  size_t names = 0;
  switch (expr.kind) {
    case Expr::Kind::Constant:
    case Expr::Kind::Value:
      operands = 0;
      break;
    case Expr::Kind::Apply:
      operands = static_cast<size_t>(OperandCount(expr.operation));
      break;
    case Expr::Kind::Cast:
    case Expr::Kind::Is:
      operands = 1;
      break;
    case Expr::Kind::Field:
      operands = 1;
      names = 1;
      break;
    case Expr::Kind::List:
      break;
    case Expr::Kind::Record:
      names = operands;
      break;
    case Expr::Kind::If:
      operands = 3;
      break;
  }
  if (expr.operands.size() != operands || expr.names.size() != names) {
    return fmt::format("an expression has {} operands and {} names, expected {} and {}", expr.operands.size(), expr.names.size(), operands,
                       names);
  }
  return std::nullopt;
}

MaybeText FindExprFaultAt(const Expr& expr, int depth) {
  if (depth > kMaxDepth) {
    return fmt::format("an expression nests more than {} levels deep", kMaxDepth);
  }
  if (MaybeText fault = FindCountFault(expr)) {
    return fault;
  }
  if (expr.kind == Expr::Kind::Constant && !IsSound(expr.constant, depth)) {
    return "a constant holds a number that is not finite, a field twice, or nests too deeply";
  }
  if (std::set<std::string>(expr.names.begin(), expr.names.end()).size() != expr.names.size()) {
    return "a record has a field twice";
  }
  for (const Expr& operand : expr.operands) {
    if (MaybeText fault = FindExprFaultAt(operand, depth + 1)) {
      return fault;
    }
  }
  return std::nullopt;
}

/// The stage with only the fields that its kind has.
Stage KeepOwnFields(const Stage& stage) {
  Stage kept = stage;
  Stage none;
  if (stage.kind == StageKind::Call || stage.kind == StageKind::Compute || stage.kind == StageKind::Branch) {
    kept.children.clear();
  }
  if (stage.kind != StageKind::Call) {
    kept.model = none.model;
    kept.method.clear();
    kept.arguments.clear();
  }
  if (stage.kind != StageKind::Compute) {
    kept.assignments.clear();
  }
  bool has_item = stage.kind == StageKind::Map || stage.kind == StageKind::Loop;
  if (!has_item) {
    kept.source = none.source;
    kept.item = none.item;
    kept.condition_stage.reset();
    kept.condition.reset();
  }
  if (!has_item && stage.kind != StageKind::Guard) {
    kept.element = none.element;
  }
  if (stage.kind != StageKind::Map) {
    kept.index.reset();
    kept.is_each = false;
  }
  if (stage.kind != StageKind::Call && (stage.kind != StageKind::Map || !stage.is_each)) {
    kept.gives_stream = false;
  }
  if (stage.kind != StageKind::Stream) {
    kept.buffer.reset();
    kept.capacity = 0;
    kept.replies = false;
  }
  if (stage.kind != StageKind::Guard) {
    kept.within_ms.reset();
    kept.retries = 0;
    kept.is_tolerant = false;
  }
  if (stage.kind != StageKind::Loop) {
    kept.limit = 0;
  }
  if (stage.kind != StageKind::Branch) {
    kept.arms.clear();
  }
  if (!WritesOneValue(stage.kind)) {
    kept.writes.reset();
  }
  return kept;
}

MaybeText FindNumberFault(const Stage& stage) {
  if (!std::isfinite(stage.predicted_ms) || stage.predicted_ms < 0) {
    return fmt::format("`predicted_ms` is {}, expected a number from 0 on", stage.predicted_ms);
  }
  if (stage.bytes < 0 || stage.working_bytes < 0) {
    return fmt::format("`{}` is negative", stage.bytes < 0 ? "bytes" : "working_bytes");
  }
  if (stage.threads < 1) {
    return fmt::format("`threads` is {}, expected at least 1", stage.threads);
  }
  return std::nullopt;
}

MaybeText FindCallFault(const Plan& plan, const Stage& stage) {
  if (stage.model >= plan.models.size()) {
    return fmt::format("model {} does not exist; the plan has {}", stage.model, plan.models.size());
  }
  if (stage.method.empty()) {
    return "a call needs a method";
  }
  std::set<std::string> names;
  for (const Argument& argument : stage.arguments) {
    if (!names.insert(argument.name).second) {
      return fmt::format("the argument `{}` stands twice", argument.name);
    }
  }
  return std::nullopt;
}

MaybeText FindBranchFault(const Stage& stage) {
  if (stage.arms.empty()) {
    return "a branch needs an arm";
  }
  for (size_t i = 0; i < stage.arms.size(); ++i) {
    bool is_last = i + 1 == stage.arms.size();
    if (stage.arms[i].condition.has_value() == is_last) {
      return is_last ? "the last arm has a condition, but it is taken when no other is" : "an arm before the last has no condition";
    }
  }
  return std::nullopt;
}

MaybeText FindLoopFault(const Stage& stage) {
  if (stage.limit < 1) {
    return fmt::format("`limit` is {}, expected at least 1", stage.limit);
  }
  return stage.condition ? std::nullopt : MaybeText("a loop needs a condition");
}

MaybeText FindGuardFault(const Stage& stage) {
  if (stage.within_ms.value_or(1) < 1) {
    return fmt::format("`within_ms` is {}, expected at least 1", *stage.within_ms);
  }
  return stage.retries < 0 ? MaybeText(fmt::format("`retries` is {}, expected at least 0", stage.retries)) : std::nullopt;
}

/// Needs children that exist.
MaybeText FindStreamFault(const Entry& entry, const Stage& stage) {
  if (stage.buffer.has_value() != (stage.capacity > 0)) {
    return "`buffer` and `capacity` go together";
  }
  if (!stage.buffer) {
    return std::nullopt;
  }
  for (size_t i = 0; i < stage.children.size(); ++i) {
    bool is_read = i + 1 < stage.children.size() || stage.replies;
    if (Writes(entry.stages[stage.children[i]], *stage.buffer)) {
      return is_read ? std::nullopt : MaybeText(fmt::format("nothing in the stream reads its buffer %{}", *stage.buffer));
    }
  }
  return fmt::format("no child of the stream writes its buffer %{}", *stage.buffer);
}

MaybeText FindKindFault(const Plan& plan, const Stage& stage) {
  if (WritesOneValue(stage.kind) && !stage.writes) {
    return fmt::format("a {} needs a value that it writes", StageKindName(stage.kind));
  }
  bool is_group = stage.kind == StageKind::Sequential || stage.kind == StageKind::Parallel || stage.kind == StageKind::Stream;
  if (!is_group && stage.children.size() > 1) {
    return fmt::format("a {} has {} bodies, expected at most one", StageKindName(stage.kind), stage.children.size());
  }
  switch (stage.kind) {
    case StageKind::Call:
      return FindCallFault(plan, stage);
    case StageKind::Compute:
      return stage.assignments.empty() ? MaybeText("a compute needs an assignment") : std::nullopt;
    case StageKind::Sequential:
    case StageKind::Parallel:
    case StageKind::Stream:
      return stage.children.empty() ? MaybeText(fmt::format("a {} needs children", StageKindName(stage.kind))) : std::nullopt;
    case StageKind::Guard:
      return FindGuardFault(stage);
    case StageKind::Loop:
      return FindLoopFault(stage);
    case StageKind::Map:
      return stage.condition_stage && !stage.condition ? MaybeText("`condition_stage` without a `condition`") : std::nullopt;
    case StageKind::Branch:
      return FindBranchFault(stage);
  }
  return std::nullopt;
}

std::vector<const Expr*> ExprsOf(const Stage& stage) {
  std::vector<const Expr*> exprs = {&stage.source, &stage.element};
  for (const Argument& argument : stage.arguments) {
    exprs.push_back(&argument.value);
  }
  for (const Assignment& assignment : stage.assignments) {
    exprs.push_back(&assignment.value);
  }
  for (const Arm& arm : stage.arms) {
    exprs.push_back(&arm.value);
    if (arm.condition) {
      exprs.push_back(&*arm.condition);
    }
  }
  if (stage.condition) {
    exprs.push_back(&*stage.condition);
  }
  return exprs;
}

MaybeText FindOwnFault(const Plan& plan, const Entry& entry, const Stage& stage) {
  if (MaybeText fault = FindNumberFault(stage)) {
    return fault;
  }
  if (MaybeText fault = FindKindFault(plan, stage)) {
    return fault;
  }
  for (const Expr* expr : ExprsOf(stage)) {
    if (MaybeText fault = FindExprFault(*expr)) {
      return fault;
    }
    if (MaybeText fault = FindTypeFault(*expr, plan.types)) {
      return fault;
    }
  }
  // Numbers that are not finite equal nothing, so this stands behind the checks for them.
  if (KeepOwnFields(stage) != stage) {
    return fmt::format("it has a field that a {} does not have", StageKindName(stage.kind));
  }
  for (StageId child : ChildrenOf(stage)) {
    if (child >= entry.stages.size()) {
      return fmt::format("stage {} does not exist; the entry has {}", child, entry.stages.size());
    }
  }
  return stage.kind == StageKind::Stream ? FindStreamFault(entry, stage) : std::nullopt;
}

/// Threads of the children against their parent's, and who takes over whose.
MaybeText FindTeamFault(const Entry& entry, const Stage& stage) {
  int64_t sum = 0;
  // Of a stream with a buffer: the teams before and behind it.
  int writers = 0;
  int readers = 0;
  bool is_behind = false;
  for (StageId child : ChildrenOf(stage)) {
    int threads = entry.stages[child].threads;
    sum += threads;
    int& team = is_behind ? readers : writers;
    team = std::max(team, threads);
    is_behind = is_behind || (stage.buffer && Writes(entry.stages[child], *stage.buffer));
    if (threads > stage.threads) {
      return fmt::format("stage {} has {} threads, more than the {} of the stage around it", child, threads, stage.threads);
    }
  }
  if (stage.kind == StageKind::Parallel && sum > stage.threads) {
    return fmt::format("its children have {} threads together, more than its {}", sum, stage.threads);
  }
  if (stage.buffer && writers + readers > stage.threads) {
    return fmt::format("before and behind its buffer are {} threads together, more than its {}", writers + readers, stage.threads);
  }
  return std::nullopt;
}

class TreeChecker {
 public:
  explicit TreeChecker(const Entry& entry) : entry_(entry), parents_(entry.stages.size()) {}

  std::optional<Fault> Check() {
    if (std::optional<Fault> fault = CheckParents()) {
      return fault;
    }
    if (entry_.stages.empty()) {
      return std::nullopt;
    }
    if (std::optional<Fault> fault = CheckDepth()) {
      return fault;
    }
    return CheckYields();
  }

 private:
  static Fault At(StageId stage, std::string message) { return {std::move(message), {}, {}, stage}; }

  std::optional<Fault> CheckParents() {
    for (StageId id = 0; id < entry_.stages.size(); ++id) {
      for (StageId child : ChildrenOf(entry_.stages[id])) {
        if (parents_[child]) {
          return At(child, fmt::format("it is a child of stage {} and of stage {}", *parents_[child], id));
        }
        parents_[child] = id;
      }
    }
    if (entry_.stages.empty()) {
      return entry_.root ? std::optional(Fault{"`root` is set, but the entry has no stages", {}, {}, {}}) : std::nullopt;
    }
    if (!entry_.root || *entry_.root >= entry_.stages.size()) {
      return Fault{"`root` is missing or names a stage that does not exist", {}, {}, {}};
    }
    if (parents_[*entry_.root]) {
      return At(*entry_.root, fmt::format("it is the root and a child of stage {}", *parents_[*entry_.root]));
    }
    return std::nullopt;
  }

  /// Every stage is reached from the root and none stands too deep: with one parent each, what is not reached is loose or in a cycle.
  std::optional<Fault> CheckDepth() {
    std::vector<int> depths(entry_.stages.size(), 0);
    std::vector<StageId> open = {*entry_.root};
    depths[*entry_.root] = 1;
    while (!open.empty()) {
      StageId id = open.back();
      open.pop_back();
      if (depths[id] > kMaxDepth) {
        return At(id, fmt::format("stages nest more than {} levels deep", kMaxDepth));
      }
      for (StageId child : ChildrenOf(entry_.stages[id])) {
        depths[child] = depths[id] + 1;
        open.push_back(child);
      }
    }
    for (StageId id = 0; id < entry_.stages.size(); ++id) {
      if (depths[id] == 0) {
        return At(id, "it is not reached from the root");
      }
    }
    return std::nullopt;
  }

  std::optional<Fault> CheckYields() {
    for (StageId id = 0; id < entry_.stages.size(); ++id) {
      const std::optional<StageId>& heir = entry_.stages[id].yields_to;
      if (!heir) {
        continue;
      }
      bool is_parallel = parents_[id] && entry_.stages[*parents_[id]].kind == StageKind::Parallel;
      if (!is_parallel || *heir >= entry_.stages.size() || parents_[*heir] != parents_[id]) {
        return At(id, fmt::format("`yields_to` is {}, which is no sibling in the same parallel", *heir));
      }
      // The chain has at most as many links as there are siblings; a longer one goes round.
      size_t links = entry_.stages[*parents_[id]].children.size();
      for (std::optional<StageId> next = heir; next && links > 0; next = entry_.stages[*next].yields_to, --links) {
        if (*next == id) {
          return At(id, "`yields_to` leads back to the stage itself");
        }
        if (*next >= entry_.stages.size()) {
          break;
        }
      }
    }
    return std::nullopt;
  }

  const Entry& entry_;
  std::vector<std::optional<StageId>> parents_;
};

}  // namespace

std::optional<std::string> FindExprFault(const Expr& expr) { return FindExprFaultAt(expr, 1); }

std::vector<StageId> ChildrenOf(const Stage& stage) {
  std::vector<StageId> children;
  if (stage.condition_stage) {
    children.push_back(*stage.condition_stage);
  }
  children.insert(children.end(), stage.children.begin(), stage.children.end());
  for (const Arm& arm : stage.arms) {
    if (arm.stage) {
      children.push_back(*arm.stage);
    }
  }
  return children;
}

std::optional<Fault> FindStageFault(const Plan& plan, const Entry& entry) {
  for (StageId id = 0; id < entry.stages.size(); ++id) {
    if (MaybeText fault = FindOwnFault(plan, entry, entry.stages[id])) {
      return Fault{*fault, {}, {}, id};
    }
  }
  if (std::optional<Fault> fault = TreeChecker(entry).Check()) {
    return fault;
  }
  for (StageId id = 0; id < entry.stages.size(); ++id) {
    if (MaybeText fault = FindTeamFault(entry, entry.stages[id])) {
      return Fault{*fault, {}, {}, id};
    }
  }
  if (entry.root && entry.stages[*entry.root].threads > plan.machine.cores) {
    return Fault{fmt::format("it has {} threads, more than the machine's {} cores", entry.stages[*entry.root].threads, plan.machine.cores),
                 {},
                 {},
                 *entry.root};
  }
  return std::nullopt;
}

}  // namespace plait::plan
