// Values that come one by one: what a `stream<T>` is while a program runs.
#pragma once

#include <memory>
#include <optional>

#include "compiler/base/result.h"
#include "compiler/base/value.h"

namespace plait {

/// Where a pull runs and what may stop it. The runtime defines it (runtime/base/pull.h); what only passes pieces on passes it on.
struct PullContext;

/// Lazy: nothing is computed before somebody asks for a piece, and no more than is asked for. So a slow reader slows its writer, and what a
/// stream holds does not grow with its length. Read by one thread at a time, once.
class ValueStream {
 public:
  ValueStream() = default;
  ValueStream(const ValueStream&) = delete;
  ValueStream& operator=(const ValueStream&) = delete;
  virtual ~ValueStream() = default;

  /// The next piece, or nothing at the end and ever after. After a failure nobody asks again.
  virtual Result<std::optional<Value>> Next(const PullContext& context) = 0;

  /// Nobody will ask again: gives back what the stream holds, and so do those that it reads from. May come more than once.
  virtual void Close() = 0;
};

/// The items of a list.
Value StreamOf(ValueList items);
/// The pieces of the streams and lists that a stream or list holds, one after the other.
Value FlattenedStream(const Value& streams);
/// The sentences of a text that comes in pieces, each as soon as nothing that follows can change it.
Value SentenceStream(const Value& pieces);
/// The first `count` pieces; then what it reads from is closed.
Value TakenStream(const Value& pieces, int64_t count);
/// A piece that was read already, and then the others.
Value ResumedStream(std::optional<Value> first, const Value& rest);

}  // namespace plait
