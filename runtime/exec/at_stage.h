// Failures of a step, with the step's place.
#pragma once

#include <algorithm>
#include <utility>

#include "compiler/base/error.h"
#include "compiler/plan/plan.h"
#include "runtime/exec/lanes.h"

namespace plait {

/// An error that carries no place yet gets that of the stage.
inline Error AtStage(Error error, const plan::Stage& stage) {
  if (error.place.empty()) {
    error.place = stage.span;
  }
  return error;
}

/// The same for a lane of a call, where the item of the map around that is the lane may have a place of its own.
inline Error AtLane(Error error, const plan::Stage& call, const Lanes& lanes, uint32_t lane) {
  if (error.place.empty() && !call.item_spans.empty()) {
    const std::vector<uint32_t>& outer = lanes.outer_lanes();
    const auto item = static_cast<size_t>(std::count(outer.begin(), outer.begin() + lane, outer[lane]));
    error.place = item < call.item_spans.size() ? call.item_spans[item] : "";
  }
  return AtStage(std::move(error), call);
}

}  // namespace plait
