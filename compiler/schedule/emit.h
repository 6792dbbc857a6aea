// Decisions as the stages of an entry.
#pragma once

#include "compiler/plan/plan.h"
#include "compiler/schedule/allot.h"

namespace plait::schedule {

/// Fills stages, root, predicted_ms and considered; stages are numbered from the root down, a parent before its children.
void EmitStages(Allotter& allotter, int threads, plan::Entry& entry);

/// Milliseconds as plans state them: to the microsecond.
double RoundMs(double ms);

}  // namespace plait::schedule
