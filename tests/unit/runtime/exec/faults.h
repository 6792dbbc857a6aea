// The faults that a call may meet and the guards that may stand around it, for tests that try every pair.
#pragma once

#include "tests/unit/runtime/exec/plans.h"

namespace plait::tests {

enum class Fault { Timeout, Transient, Permanent, Cancelled };
enum class Guard { Plain, Retry, Otherwise, Both };

constexpr int kRetries = 2;

inline bool Retries(Guard guard) { return guard == Guard::Retry || guard == Guard::Both; }
inline bool IsTolerant(Guard guard) { return guard == Guard::Otherwise || guard == Guard::Both; }
/// Whether a guard makes a second attempt after the fault.
inline bool TriesAgain(Fault fault, Guard guard) { return Retries(guard) && (fault == Fault::Timeout || fault == Fault::Transient); }

inline FailureKind KindOf(Fault fault) {
  switch (fault) {
    case Fault::Timeout:
      return FailureKind::DeadlineExceeded;
    case Fault::Transient:
      return FailureKind::Unavailable;
    case Fault::Permanent:
      return FailureKind::ArgumentRange;
    case Fault::Cancelled:
      return FailureKind::Cancelled;
  }
  return FailureKind::Cancelled;
}

/// Fails in that way, on work that `cancellation` stops and that belongs to `request`.
inline Error FailBy(Fault fault, Cancellation& request, const Cancellation& cancellation) {
  switch (fault) {
    case Fault::Transient:
      return {FailureKind::Unavailable, "busy", "", {}};
    case Fault::Permanent:
      return {FailureKind::ArgumentRange, "refused", "", {}};
    case Fault::Cancelled:
      request.Cancel();
      break;
    case Fault::Timeout:
      break;
  }
  return WorkUntilStopped(cancellation);
}

}  // namespace plait::tests
