// What every decoder family offers to generation.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "compiler/base/result.h"
#include "runtime/base/thread_team.h"
#include "runtime/models/load_options.h"
#include "runtime/nn/linear_layer.h"
#include "runtime/weights/checkpoint.h"

namespace plait {

/// The past keys and values of some sequences; made by a model for its own use.
class KeyValueCache {
 public:
  virtual ~KeyValueCache() = default;

  /// Tokens that a sequence holds.
  [[nodiscard]] virtual int64_t Length(int sequence) const = 0;
  /// Makes `to` hold the first `length` tokens of a sequence of a cache of the same model, which may be this one; where both are the same
  /// sequence, the others are taken out.
  virtual void CopyFrom(const KeyValueCache& other, int from, int to, int64_t length) = 0;
  void CopySequence(int from, int to, int64_t length) { CopyFrom(*this, from, to, length); }
};

/// Immutable after loading; one may be used by several threads at once, each with its own cache.
class CausalLm {
 public:
  virtual ~CausalLm() = default;

  [[nodiscard]] virtual int64_t vocab_size() const = 0;
  /// The most tokens a sequence may have.
  [[nodiscard]] virtual int64_t max_positions() const = 0;
  /// Weights of linear layers that one token is multiplied with.
  [[nodiscard]] virtual int64_t weights_per_token() const = 0;
  /// Bytes that a pass over them reads, in either copy.
  [[nodiscard]] virtual int64_t bytes_per_pass(WeightCopy copy) const = 0;
  /// How many fewer a pass reads, as a rule, that asks for so many rows of logits and wants only the largest of each.
  [[nodiscard]] virtual int64_t bytes_saved_by_largest(int64_t /*rows*/) const { return 0; }
  /// Whether there is a small copy of the weights, whose passes cost a fraction and whose logits are nearly the same.
  [[nodiscard]] virtual bool has_draft() const = 0;

  /// Room for `sequences` sequences of at most `max_tokens` tokens each.
  [[nodiscard]] virtual std::unique_ptr<KeyValueCache> NewCache(int sequences, int64_t max_tokens) const = 0;

  /// New tokens of one sequence, appended to what the cache holds of it.
  struct Step {
    int sequence = 0;
    std::span<const int32_t> tokens;  // at least one
    /// Of how many of its last tokens the logits are wanted.
    int64_t asking = 1;
    /// Of those logits only the largest of each token, the first of equals, need be right and where it belongs; no other is larger.
    bool only_largest = false;
  };
  /// Runs the steps (of different sequences) in one pass. Returns the logits of what each step asks for, step after step,
  /// [asking tokens, vocab_size] row-major, in memory of the cache that the next call overwrites. A row's bits do not depend on the other
  /// rows, on how a sequence was cut into steps, or on the team's size. A pass over the draft copy leaves its own keys and values in the
  /// cache; tokens that are taken back out of it and run again leave no trace of them.
  virtual std::span<const float> Forward(std::span<const Step> steps, WeightCopy copy, KeyValueCache& cache, ThreadTeam& team) const = 0;
};

/// Builds the decoder that config.json's `model_type` names. Fails with `model-unsupported`, `model-config-invalid`, `weights-mismatch`.
Result<std::unique_ptr<CausalLm>> LoadCausalLm(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team);

}  // namespace plait
