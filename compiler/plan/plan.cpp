#include "compiler/plan/plan.h"

#include <algorithm>

namespace plait::plan {

std::string_view StageKindName(StageKind kind) {
  switch (kind) {
    case StageKind::Call:
      return "call";
    case StageKind::Compute:
      return "compute";
    case StageKind::Sequential:
      return "sequential";
    case StageKind::Parallel:
      return "parallel";
    case StageKind::Map:
      return "map";
    case StageKind::Branch:
      return "branch";
    case StageKind::Guard:
      return "guard";
    case StageKind::Loop:
      return "loop";
    case StageKind::Stream:
      return "stream";
  }
  return "";
}

bool WritesOneValue(StageKind kind) {
  switch (kind) {
    case StageKind::Compute:
    case StageKind::Sequential:
    case StageKind::Parallel:
    case StageKind::Stream:
      return false;
    default:
      return true;
  }
}

bool Writes(const Stage& stage, ValueId value) {
  return stage.writes == value || std::any_of(stage.assignments.begin(), stage.assignments.end(),
                                              [&](const Assignment& assignment) { return assignment.target == value; });
}

}  // namespace plait::plan
