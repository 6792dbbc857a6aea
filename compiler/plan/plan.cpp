#include "compiler/plan/plan.h"

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
  }
  return "";
}

bool WritesOneValue(StageKind kind) { return kind != StageKind::Compute && kind != StageKind::Sequential && kind != StageKind::Parallel; }

}  // namespace plait::plan
