// Stages side by side: how long they take when they share the memory and leave their threads to each other.
#pragma once

#include <optional>
#include <vector>

#include "compiler/schedule/work.h"

namespace plait::schedule {

/// One of several stages that start together.
struct Side {
  const Profile* profile = nullptr;
  int threads = 1;
  /// The side that gets its threads when it is done.
  std::optional<size_t> heir;
};

/// When each side is done, in milliseconds.
std::vector<double> RunSides(const std::vector<Side>& sides, const Rates& rates);

}  // namespace plait::schedule
