#include "runtime/exec/scope.h"

#include <utility>

#include <fmt/format.h>

namespace plait {
namespace {

using Clock = std::chrono::steady_clock;

/// The end of an attempt that begins now. A time too far to be counted is none.
std::optional<Clock::time_point> DeadlineAfter(std::optional<int64_t> ms) {
  constexpr int64_t kLongestMs = int64_t{1} << 40;
  return ms && *ms < kLongestMs ? std::optional(Clock::now() + std::chrono::milliseconds(*ms)) : std::nullopt;
}

}  // namespace

Scope::Scope(const Cancellation& request)
    : request_(&request), cancellation_(&request), lanes_(1), has_failed_(std::make_unique<std::atomic<bool>[]>(1)) {}

Scope::Scope(Scope& outer, std::vector<uint32_t> outer_lanes, std::optional<int64_t> within_ms, std::string place)
    : outer_(&outer),
      outer_lanes_(std::move(outer_lanes)),
      request_(outer.request_),
      within_ms_(within_ms),
      deadline_(DeadlineAfter(within_ms)),
      place_(std::move(place)),
      cancellation_(&outer.cancellation_, deadline_),
      lanes_(outer_lanes_.size()),
      has_failed_(std::make_unique<std::atomic<bool>[]>(outer_lanes_.size())) {}

bool Scope::IsDead(uint32_t lane) const {
  return has_failed_[lane].load(std::memory_order_acquire) || (outer_ != nullptr && outer_->IsDead(outer_lanes_[lane]));
}

std::optional<Error> Scope::FailureOf(uint32_t lane) const {
  std::lock_guard lock(mutex_);
  return lanes_[lane].failure;
}

void Scope::Fail(uint32_t lane, Error error) {
  constexpr size_t kMostOthers = 3;
  std::lock_guard lock(mutex_);
  Lane& state = lanes_[lane];
  if (state.failure) {
    if (!(*state.failure == error) && state.others++ < kMostOthers) {
      std::string place = error.place.empty() ? "" : error.place + ": ";
      state.failure->notes.push_back({"also failed", fmt::format("{}{} [{}]", place, error.message, FailureCode(error.kind))});
    }
    return;
  }
  state.failure = std::move(error);
  has_failed_[lane].store(true, std::memory_order_release);
  if (++failed_ == lanes_.size()) {
    is_over_ = true;
    cancellation_.Cancel();
  }
}

void Scope::Stop(uint32_t lane, const Error& error) {
  Result<void> request = request_->Check();
  Clock::time_point now = Clock::now();
  Scope* late = nullptr;
  uint32_t own_lane = lane;
  uint32_t late_lane = 0;
  bool is_over = false;
  Scope* scope = this;
  for (;; lane = scope->outer_lanes_[lane], scope = scope->outer_) {
    is_over = is_over || scope->is_over_;
    if (scope->deadline_ && now >= *scope->deadline_ && (late == nullptr || *scope->deadline_ <= *late->deadline_)) {
      late = scope;
      late_lane = lane;
    }
    if (scope->outer_ == nullptr) {
      break;
    }
  }
  if (!request.ok()) {
    // The error of the step that was stopped says where that was.
    scope->Fail(0, error.kind == request.error().kind ? error : request.error());
  } else if (late != nullptr) {
    late->Fail(late_lane,
               {FailureKind::DeadlineExceeded, fmt::format("no answer within {} ms", *late->within_ms_), late->place_, error.notes});
  } else if (!is_over) {
    Fail(own_lane, error);
  }
}

}  // namespace plait
