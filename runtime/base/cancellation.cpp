#include "runtime/base/cancellation.h"

namespace plait {

Result<void> Cancellation::Check() const {
  if (cancelled_.load(std::memory_order_relaxed)) {
    return Error{FailureKind::Cancelled, "the request was cancelled", "", {}};
  }
  if (deadline_ && std::chrono::steady_clock::now() >= *deadline_) {
    return Error{FailureKind::DeadlineExceeded, "the request did not finish within its timeout", "", {}};
  }
  return parent_ != nullptr ? parent_->Check() : Result<void>();
}

}  // namespace plait
