// Equal calls of one request are one call: those that are made are remembered, those under way are joined.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "runtime/base/cancellation.h"

namespace plait {

/// The calls of one request. Sampled calls that are to differ do so by an argument.
class CallMemo {
 public:
  struct Entry;
  /// What a caller holds: whoever runs the call must `Publish` its outcome; the others `Wait` for it.
  struct Ticket {
    std::shared_ptr<Entry> entry;
    bool runs = false;
  };

  /// Enters a call. A call that failed is forgotten, so that entering it again runs it again.
  Ticket Enter(uint32_t model, std::string_view method, const ValueFields& arguments);
  /// A call that no other is equal to: one that reads a stream.
  static Ticket Alone();
  /// Ends a call that runs. One that its runner had to stop goes back to those who wait: one of them runs it.
  void Publish(const Ticket& ticket, const Result<Value>& outcome);
  /// The outcome of a call that another runs; nothing where the caller must enter it again. Fails as `cancellation` does where that
  /// stops first.
  Result<std::optional<Result<Value>>> Wait(const Ticket& ticket, const Cancellation& cancellation);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<std::string, std::shared_ptr<Entry>> entries_;
};

}  // namespace plait
