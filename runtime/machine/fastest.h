// How long work takes when nothing else is in its way.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

namespace plait {

/// The least seconds of so many tries.
template <class Work>
double Fastest(int tries, const Work& work) {
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < tries; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return best;
}

}  // namespace plait
