#include "runtime/exec/stream_buffer.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace plait {
namespace {

/// Whoever cancels knows nothing of those who wait here, so they look for themselves.
constexpr std::chrono::milliseconds kPatience{2};

}  // namespace

class StreamBuffer::Reader : public ValueStream {
 public:
  Reader(StreamBuffer& buffer, size_t lane) : buffer_(buffer), lane_(lane) {}

  Result<std::optional<Value>> Next(const PullContext& context) override { return buffer_.Take(lane_, context); }
  void Close() override { buffer_.Close(lane_); }

 private:
  StreamBuffer& buffer_;
  size_t lane_;
};

StreamBuffer::StreamBuffer(std::vector<std::shared_ptr<ValueStream>> sources, size_t capacity) : capacity_(capacity) {
  for (std::shared_ptr<ValueStream>& source : sources) {
    lanes_.push_back({std::move(source), {}, false, std::nullopt, false});
  }
}

std::shared_ptr<ValueStream> StreamBuffer::ReaderOf(size_t source) { return std::make_shared<Reader>(*this, source); }

void StreamBuffer::Pump(const PullContext& context) {
  while (true) {
    if (PumpRound(context)) {
      continue;
    }
    std::unique_lock lock(mutex_);
    if (IsOver()) {
      break;
    }
    bool must_wait = std::none_of(lanes_.begin(), lanes_.end(),
                                  [&](const Lane& lane) { return !lane.is_ended && !lane.is_closed && lane.pieces.size() < capacity_; });
    if (must_wait) {
      changed_.wait_for(lock, kPatience);
    }
    if (Result<void> may_go_on = context.cancellation.Check(); !may_go_on.ok()) {
      for (Lane& lane : lanes_) {
        if (!lane.is_ended) {
          lane.is_ended = true;
          lane.failure = may_go_on.error();
        }
      }
      changed_.notify_all();
      break;
    }
  }
  for (Lane& lane : lanes_) {
    lane.source->Close();
  }
}

bool StreamBuffer::PumpRound(const PullContext& context) {
  bool pulled = false;
  for (Lane& lane : lanes_) {
    {
      std::lock_guard lock(mutex_);
      if (lane.is_ended || lane.is_closed || lane.pieces.size() >= capacity_) {
        continue;
      }
    }
    pulled = true;
    Result<std::optional<Value>> piece = lane.source->Next(context);
    std::lock_guard lock(mutex_);
    if (!piece.ok()) {
      lane.failure = std::move(piece).error();
      lane.is_ended = true;
    } else if (*piece) {
      lane.pieces.push_back(**std::move(piece));
    } else {
      lane.is_ended = true;
    }
    changed_.notify_all();
  }
  return pulled;
}

bool StreamBuffer::IsOver() const {
  return std::all_of(lanes_.begin(), lanes_.end(), [](const Lane& lane) { return lane.is_ended || lane.is_closed; });
}

Result<std::optional<Value>> StreamBuffer::Take(size_t index, const PullContext& context) {
  Lane& lane = lanes_[index];
  {
    std::unique_lock lock(mutex_);
    while (lane.pieces.empty() && !lane.is_ended && !lane.is_closed) {
      PLAIT_TRY_VOID(context.cancellation.Check());
      changed_.wait_for(lock, kPatience);
    }
    if (!lane.pieces.empty()) {
      std::optional<Value> piece = std::move(lane.pieces.front());
      lane.pieces.pop_front();
      changed_.notify_all();
      return piece;
    }
    if (lane.failure) {
      return *lane.failure;
    }
  }
  return std::optional<Value>();
}

void StreamBuffer::Close(size_t index) {
  std::lock_guard lock(mutex_);
  lanes_[index].is_closed = true;
  lanes_[index].pieces.clear();
  changed_.notify_all();
}

void StreamBuffer::CloseAll() {
  for (size_t i = 0; i < lanes_.size(); ++i) {
    Close(i);
  }
}

}  // namespace plait
