// Whether work should stop early: asked for by a caller, or because a deadline has passed.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>

#include "compiler/base/result.h"

namespace plait {

/// Shared by the thread that may cancel and the threads that work. Long loops ask `Check` between tokens or layers.
class Cancellation {
 public:
  Cancellation() = default;
  explicit Cancellation(std::chrono::steady_clock::time_point deadline) : deadline_(deadline) {}
  /// Stops when `parent` stops, and by itself; `parent` outlives it.
  explicit Cancellation(const Cancellation* parent, std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt)
      : deadline_(deadline), parent_(parent) {}

  void Cancel() { cancelled_.store(true, std::memory_order_relaxed); }

  /// Fails with `cancelled` or `deadline-exceeded`.
  [[nodiscard]] Result<void> Check() const;

 private:
  std::atomic<bool> cancelled_ = false;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  const Cancellation* parent_ = nullptr;
};

}  // namespace plait
