// Streams without a runtime: what passes pieces on asks for no more than it needs, in order, and closes what it reads from.
#include "compiler/base/value_stream.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "compiler/base/operations.h"
#include "compiler/base/sentences.h"

namespace plait {

/// Nothing here computes, so nothing needs to be told where.
struct PullContext {};

namespace {

/// Counts what is asked of it.
class Counted : public ValueStream {
 public:
  explicit Counted(ValueList items) : items_(std::move(items)) {}

  Result<std::optional<Value>> Next(const PullContext& /*context*/) override {
    ++asked;
    return next_ < items_.size() ? std::optional<Value>(items_[next_++]) : std::optional<Value>();
  }
  void Close() override { ++closed; }

  int asked = 0;
  int closed = 0;

 private:
  ValueList items_;
  size_t next_ = 0;
};

std::optional<Value> Next(const Value& stream) {
  Result<std::optional<Value>> piece = stream.AsStream()->Next(PullContext{});
  REQUIRE(piece.ok());
  return *piece;
}

ValueList All(const Value& stream) {
  ValueList pieces;
  while (std::optional<Value> piece = Next(stream)) {
    pieces.push_back(*std::move(piece));
  }
  return pieces;
}

ValueList Texts(const std::vector<std::string>& texts) {
  ValueList list;
  for (const std::string& text : texts) {
    list.push_back(Value::String(text));
  }
  return list;
}

Value Of(const std::shared_ptr<Counted>& stream) { return Value::Stream(stream); }

TEST_CASE("a list gives its items one by one, and then nothing for ever") {
  Value stream = *Apply(Operation::ListStream, std::vector{Value::List(Texts({"a", "b"}))});
  CHECK(stream.is_stream());
  CHECK(stream.KindName() == "a stream");
  CHECK(All(stream) == Texts({"a", "b"}));
  CHECK_FALSE(Next(stream));
  CHECK(stream == stream);
  CHECK_FALSE(stream == StreamOf(Texts({"a", "b"})));
}

TEST_CASE("taking stops the writer with the last piece, and asks for no more") {
  auto source = std::make_shared<Counted>(Texts({"a", "b", "c", "d"}));
  Value stream = *Apply(Operation::ListTake, std::vector{Of(source), Value::Int(2)});
  CHECK(Next(stream) == Value::String("a"));
  CHECK(source->closed == 0);
  CHECK(Next(stream) == Value::String("b"));
  CHECK(source->closed == 1);
  CHECK_FALSE(Next(stream));
  CHECK(source->asked == 2);
  auto unread = std::make_shared<Counted>(Texts({"a"}));
  CHECK_FALSE(Next(*Apply(Operation::ListTake, std::vector{Of(unread), Value::Int(0)})));
  CHECK(unread->asked == 0);
  CHECK(unread->closed == 1);
  CHECK_FALSE(Apply(Operation::ListTake, std::vector{Of(unread), Value::Int(-1)}).ok());
}

TEST_CASE("streams and lists within each other become one stream, in order and no sooner than asked") {
  auto first = std::make_shared<Counted>(Texts({"a", "b"}));
  auto second = std::make_shared<Counted>(Texts({"c"}));
  Value outer = StreamOf({Of(first), Value::List(Texts({"x", "y"})), Value::List({}), Of(second)});
  Value flat = *Apply(Operation::Flatten, std::vector{outer});
  CHECK(Next(flat) == Value::String("a"));
  CHECK(second->asked == 0);
  CHECK(All(flat) == Texts({"b", "x", "y", "c"}));
  CHECK(first->closed == 1);
  auto dropped = std::make_shared<Counted>(Texts({"a", "b"}));
  flat = FlattenedStream(StreamOf({Of(dropped)}));
  CHECK(Next(flat) == Value::String("a"));
  flat.AsStream()->Close();
  CHECK(dropped->closed == 1);
}

TEST_CASE("a sentence comes as soon as it is certain, and the same ones come however the text is cut") {
  auto source = std::make_shared<Counted>(Texts({"One. ", "Two", "! Three"}));
  Value sentences = *Apply(Operation::TextSentences, std::vector{Of(source)});
  CHECK(Next(sentences) == Value::String("One."));
  CHECK(source->asked <= 2);
  CHECK(All(sentences) == Texts({"Two!", "Three"}));

  const std::string text = "He said \"no.\" Then 3.14 came.  A line\n\nwithout a stop\n\n… Why?! Et cetera. 「終わり。」 次";
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    ValueList pieces;
    for (size_t begin = 0; begin < text.size();) {
      size_t length = 1 + random() % 9;
      // Pieces are texts: no character is cut.
      while (begin + length < text.size() && (static_cast<unsigned char>(text[begin + length]) & 0xC0U) == 0x80U) {
        ++length;
      }
      pieces.push_back(Value::String(text.substr(begin, length)));
      begin += length;
    }
    CHECK(All(SentenceStream(StreamOf(std::move(pieces)))) == Texts(SplitSentences(text)));
  }
}

TEST_CASE("a stream of which a piece was read goes on as if it had not been") {
  Value rest = StreamOf(Texts({"b"}));
  CHECK(All(ResumedStream(Value::String("a"), rest)) == Texts({"a", "b"}));
}

}  // namespace
}  // namespace plait
