// When values end.
#pragma once

#include "compiler/plan/plan.h"

namespace plait::schedule {

/// Fills the stages' `frees`: each value at the last stage of its own frame that reads it. What the frame's result reads ends with the
/// frame.
void AddFrees(plan::Entry& entry);

}  // namespace plait::schedule
