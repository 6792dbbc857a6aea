#include "compiler/base/value_stream.h"

#include <deque>
#include <utility>

#include "compiler/base/sentences.h"

namespace plait {
namespace {

using Piece = Result<std::optional<Value>>;
using StreamPointer = std::shared_ptr<ValueStream>;

class ListStream : public ValueStream {
 public:
  explicit ListStream(Value list) : list_(std::move(list)) {}

  Piece Next(const PullContext& /*context*/) override {
    return next_ < list_.AsList().size() ? Piece(list_.AsList()[next_++]) : Piece(std::nullopt);
  }
  void Close() override {
    list_ = Value::List({});
    next_ = 0;
  }

 private:
  Value list_;
  size_t next_ = 0;
};

/// A list or a stream, read as a stream.
StreamPointer Reader(const Value& value) { return value.is_stream() ? value.AsStream() : std::make_shared<ListStream>(value); }

class FlattenStream : public ValueStream {
 public:
  explicit FlattenStream(StreamPointer outer) : outer_(std::move(outer)) {}

  Piece Next(const PullContext& context) override {
    while (true) {
      if (inner_ != nullptr) {
        PLAIT_TRY(std::optional<Value> piece, inner_->Next(context));
        if (piece) {
          return piece;
        }
        inner_->Close();
        inner_ = nullptr;
      }
      PLAIT_TRY(std::optional<Value> next, outer_->Next(context));
      if (!next) {
        return std::optional<Value>();
      }
      inner_ = Reader(*next);
    }
  }
  void Close() override {
    if (inner_ != nullptr) {
      inner_->Close();
    }
    outer_->Close();
  }

 private:
  StreamPointer outer_;
  StreamPointer inner_;
};

class SentencesOfStream : public ValueStream {
 public:
  explicit SentencesOfStream(StreamPointer pieces) : pieces_(std::move(pieces)) {}

  Piece Next(const PullContext& context) override {
    while (ready_.empty() && !is_at_end_) {
      PLAIT_TRY(std::optional<Value> piece, pieces_->Next(context));
      is_at_end_ = !piece;
      for (std::string& sentence : piece ? splitter_.Feed(piece->AsString()) : splitter_.Finish()) {
        ready_.push_back(std::move(sentence));
      }
    }
    if (ready_.empty()) {
      return std::optional<Value>();
    }
    std::optional<Value> sentence = Value::String(std::move(ready_.front()));
    ready_.pop_front();
    return sentence;
  }
  void Close() override { pieces_->Close(); }

 private:
  StreamPointer pieces_;
  SentenceSplitter splitter_;
  std::deque<std::string> ready_;
  bool is_at_end_ = false;
};

class TakeStream : public ValueStream {
 public:
  TakeStream(StreamPointer pieces, int64_t count) : pieces_(std::move(pieces)), left_(count) {}

  Piece Next(const PullContext& context) override {
    if (left_ <= 0) {
      Close();
      return std::optional<Value>();
    }
    PLAIT_TRY(std::optional<Value> piece, pieces_->Next(context));
    // Closed with its last piece: whoever takes that may need no end.
    if (--left_ == 0) {
      Close();
    }
    return piece;
  }
  void Close() override { pieces_->Close(); }

 private:
  StreamPointer pieces_;
  int64_t left_;
};

class ResumeStream : public ValueStream {
 public:
  ResumeStream(std::optional<Value> first, StreamPointer rest) : first_(std::move(first)), rest_(std::move(rest)) {}

  Piece Next(const PullContext& context) override {
    if (first_) {
      return std::exchange(first_, std::nullopt);
    }
    return rest_->Next(context);
  }
  void Close() override {
    first_.reset();
    rest_->Close();
  }

 private:
  std::optional<Value> first_;
  StreamPointer rest_;
};

}  // namespace

Value StreamOf(ValueList items) { return Value::Stream(std::make_shared<ListStream>(Value::List(std::move(items)))); }

Value FlattenedStream(const Value& streams) { return Value::Stream(std::make_shared<FlattenStream>(Reader(streams))); }

Value SentenceStream(const Value& pieces) { return Value::Stream(std::make_shared<SentencesOfStream>(pieces.AsStream())); }

Value TakenStream(const Value& pieces, int64_t count) { return Value::Stream(std::make_shared<TakeStream>(pieces.AsStream(), count)); }

Value ResumedStream(std::optional<Value> first, const Value& rest) {
  return Value::Stream(std::make_shared<ResumeStream>(std::move(first), rest.AsStream()));
}

}  // namespace plait
