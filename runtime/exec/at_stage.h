// Failures of a step, with the step's place.
#pragma once

#include <utility>

#include "compiler/base/error.h"
#include "compiler/plan/plan.h"

namespace plait {

/// An error that carries no place yet gets that of the stage.
inline Error AtStage(Error error, const plan::Stage& stage) {
  if (error.place.empty()) {
    error.place = stage.span;
  }
  return error;
}

}  // namespace plait
