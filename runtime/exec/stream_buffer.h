// Pieces on their way from the thread that writes a stream to the one that reads it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "compiler/base/value_stream.h"
#include "runtime/base/pull.h"

namespace plait {

/// A bounded buffer for each of several streams. One thread pumps, another reads: a full buffer makes the writer wait, an empty one the
/// reader, and a reader that closes its end stops the writer.
class StreamBuffer {
 public:
  /// Takes over the streams.
  StreamBuffer(std::vector<std::shared_ptr<ValueStream>> sources, size_t capacity);

  /// Reads the sources until all have ended or nobody reads them any more, `capacity` pieces ahead of the readers at most.
  void Pump(const PullContext& context);
  /// The reader's end of a source. The buffer outlives it.
  std::shared_ptr<ValueStream> ReaderOf(size_t source);
  /// Nobody reads any more.
  void CloseAll();

 private:
  class Reader;
  struct Lane {
    std::shared_ptr<ValueStream> source;
    std::deque<Value> pieces;
    /// No further piece will come: the source has ended, or failed with `failure` behind the pieces that are there.
    bool is_ended = false;
    std::optional<Error> failure;
    /// The reader wants no more.
    bool is_closed = false;
  };

  /// Pulls one piece of each source that has room. False where there was none to pull.
  bool PumpRound(const PullContext& context);
  Result<std::optional<Value>> Take(size_t lane, const PullContext& context);
  void Close(size_t lane);
  [[nodiscard]] bool IsOver() const;

  size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Lane> lanes_;
};

}  // namespace plait
