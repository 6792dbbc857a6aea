// How far a failure reaches: the whole request, or one attempt of a guard.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/base/cancellation.h"

namespace plait {

/// The lanes that an attempt of a guard (or the request) began with, and which of them have failed. A lane that failed is skipped by what
/// comes after; when all have, what still runs is cancelled. All methods may be called from several threads.
class Scope {
 public:
  /// A request's: one lane. `request` outlives it; it stops all, and no guard catches that.
  explicit Scope(const Cancellation& request);
  /// An attempt's: lane i belongs to lane `outer_lanes[i]` of `outer`, which outlives it. `place` is the guard's in the source.
  Scope(Scope& outer, std::vector<uint32_t> outer_lanes, std::optional<int64_t> within_ms, std::string place);

  /// Stops with the scope, with those around it, and at the deadlines of all of them.
  [[nodiscard]] const Cancellation& cancellation() const { return cancellation_; }

  /// Whether the lane has failed, here or in a scope around this one.
  [[nodiscard]] bool IsDead(uint32_t lane) const;
  /// The lane's first failure, with others in its notes; nothing where it has not failed in this scope itself.
  [[nodiscard]] std::optional<Error> FailureOf(uint32_t lane) const;

  void Fail(uint32_t lane, Error error);
  /// What to do with a lane whose work was stopped by `cancellation()`, or whose model says so with `error`: it fails where the reason
  /// lies, which is in the request, in the scope whose deadline came first, or nowhere, where all was stopped because it had failed.
  void Stop(uint32_t lane, const Error& error);

 private:
  struct Lane {
    std::optional<Error> failure;
    size_t others = 0;
  };

  Scope* outer_ = nullptr;
  std::vector<uint32_t> outer_lanes_;
  const Cancellation* request_;
  std::optional<int64_t> within_ms_;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  std::string place_;
  Cancellation cancellation_;

  mutable std::mutex mutex_;
  std::vector<Lane> lanes_;
  std::unique_ptr<std::atomic<bool>[]> has_failed_;
  size_t failed_ = 0;
  std::atomic<bool> is_over_ = false;
};

}  // namespace plait
