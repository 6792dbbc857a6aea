// Which of an entry's bounds holds.
#pragma once

#include <algorithm>
#include <string_view>

#include "compiler/plan/plan.h"

namespace plait::plan {

inline double GreatestBound(const Bounds& bounds) {
  return std::max({bounds.critical_path_ms, bounds.computation_ms, bounds.bandwidth_ms});
}

inline std::string_view GreatestBoundName(const Bounds& bounds) {
  double greatest = GreatestBound(bounds);
  if (greatest == 0) {
    return "";
  }
  if (greatest == bounds.critical_path_ms) {
    return "critical path";
  }
  return greatest == bounds.computation_ms ? "computation" : "bandwidth";
}

}  // namespace plait::plan
