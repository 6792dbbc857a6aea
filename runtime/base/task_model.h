// A model as whoever runs a plan sees it: something that answers calls on plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "compiler/base/value_stream.h"
#include "runtime/base/cancellation.h"
#include "runtime/base/thread_team.h"

namespace plait {

/// What a call did, for timings and rates.
struct CallStatistics {
  int64_t prompt_tokens = 0;
  int64_t new_tokens = 0;
  /// Weights read from memory, all passes.
  int64_t bytes_streamed = 0;
  /// fp32 operations in linear layers, all passes.
  int64_t operations = 0;
  /// Tokens that were guessed ahead of the pass that decides them, and how many of those it chose.
  int64_t guessed_tokens = 0;
  int64_t right_guesses = 0;
  /// Passes that decide tokens or read prompts.
  int64_t passes = 0;
};

struct CallContext {
  ThreadTeam& team;
  const Cancellation& cancellation;
  /// Seeds sampling together with the call's own `seed` argument.
  uint64_t request_seed = 0;
  CallStatistics* statistics = nullptr;  // may be null
  /// Told of a call whose failure is known before the others of the batch are done, so that what only they serve can stop. May be empty.
  std::function<void(size_t call, const Error& error)> on_failure = nullptr;

  /// The failure of one call of the batch, as its result.
  [[nodiscard]] Error Failed(size_t call, Error error) const {
    if (on_failure) {
      on_failure(call, error);
    }
    return error;
  }
};

/// What a call that gives a stream keeps while it is read. Where it runs is told by each pull.
struct StreamContext {
  uint64_t request_seed = 0;
  CallStatistics* statistics = nullptr;  // may be null
};

/// One loaded model behind its task. Immutable; calls may come from several threads at once.
class TaskModel {
 public:
  virtual ~TaskModel() = default;

  /// Runs `method` for each set of arguments, all in one batch. Arguments stand by the method's parameter names, of the declared types, all
  /// present; a stream among them is read as far as the method needs. One result each, in order; one text's fault is its own and leaves the
  /// others alone.
  virtual std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls,
                                          const CallContext& context) const = 0;

  /// Begins one call of a method that gives a stream; nothing runs before its first pull. What the call needs of the model and of the
  /// context outlives the stream. Fails with `plan-invalid` where the method gives none.
  [[nodiscard]] virtual Result<std::shared_ptr<ValueStream>> Open(std::string_view method, const ValueFields& call,
                                                                  const StreamContext& context) const;

  [[nodiscard]] virtual bool is_stand_in() const = 0;
};

}  // namespace plait
