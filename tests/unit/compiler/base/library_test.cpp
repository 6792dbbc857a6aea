// The standard library's own functions.
#include <doctest/doctest.h>

#include <array>

#include "compiler/base/operations.h"
#include "compiler/base/sentences.h"

namespace plait {
namespace {

template <class... Operands>
std::string Call(std::string_view function, Operands... operands) {
  Result<Value> result = Apply(*LibraryOperation(function), std::array{operands...});
  return result.ok() ? ToJson(*result) : std::string(FailureCode(result.error().kind)) + ": " + result.error().message;
}

Value Text(std::string_view text) { return Value::String(std::string(text)); }
Value Ints(std::initializer_list<int64_t> numbers) {
  ValueList items;
  for (int64_t number : numbers) {
    items.push_back(Value::Int(number));
  }
  return Value::List(std::move(items));
}
Value Texts(std::initializer_list<std::string_view> texts) {
  ValueList items;
  for (std::string_view text : texts) {
    items.push_back(Text(text));
  }
  return Value::List(std::move(items));
}

}  // namespace

TEST_CASE("text functions count and map code points") {
  CHECK(Call("text.lower", Text("ÀÉ Straße İ")) == "\"àé straße i\"");
  CHECK(Call("text.upper", Text("àé x")) == "\"ÀÉ X\"");
  CHECK(Call("text.trim", Text(" \n a b\t")) == "\"a b\"");
  CHECK(Call("text.split", Text("a,,b,"), Text(",")) == R"(["a", "", "b", ""])");
  CHECK(Call("text.split", Text("a"), Text("")) == "argument-range: text.split wants a separator that is not empty");
  CHECK(Call("text.join", Texts({"a", "b", "c"}), Text("-")) == "\"a-b-c\"");
  CHECK(Call("text.replace", Text("aaa"), Text("aa"), Text("b")) == "\"ba\"");
  CHECK(Call("text.slice", Text("äöü"), Value::Int(1), Value::Int(2)) == "\"ö\"");
  CHECK(Call("text.slice", Text("äöü"), Value::Int(1), Value()) == "\"öü\"");
  CHECK(Call("text.slice", Text("ä"), Value::Int(3), Value::Int(9)) == "\"\"");
  CHECK(Call("text.slice", Text("ä"), Value::Int(2), Value::Int(1)) == "argument-range: text.slice wants 0 <= begin <= end, found 2 and 1");
  CHECK(Call("text.words", Text("  a  b\nc ")) == R"(["a", "b", "c"])");
  CHECK(Call("text.fixed", Value::Float(1.005), Value::Int(2)) == "\"1.00\"");
}

TEST_CASE("lists are ordered by keys, equal ones as they stand") {
  Value items = Texts({"b", "a", "c", "d"});
  CHECK(Call("list.sort", items, Ints({1, 1, 0, 2}), Value::Bool(false)) == R"(["c", "b", "a", "d"])");
  CHECK(Call("list.sort", items, Ints({1, 1, 0, 2}), Value::Bool(true)) == R"(["d", "b", "a", "c"])");
  CHECK(Call("list.sort", items, Value(), Value::Bool(false)) == R"(["a", "b", "c", "d"])");
  CHECK(Call("list.top", items, Value::Int(2), Ints({1, 1, 0, 1})) == R"(["b", "a"])");
  CHECK(Call("list.top", items, Value::Int(9), Value()) == R"(["d", "c", "b", "a"])");
  CHECK(Call("list.top", items, Value::Int(-1), Value()) == "argument-range: list.top wants a number of items from 0 on, found -1");
  CHECK(Call("list.sort", items, Ints({1}), Value::Bool(true)) == "argument-range: list.sort has 1 keys for 4 items");
}

TEST_CASE("numbers of many") {
  CHECK(Call("list.range", Value::Int(3)) == "[0, 1, 2]");
  CHECK(Call("list.sum", Ints({1, 2, 3})) == "6");
  CHECK(Call("list.sum", Ints({})) == "0");
  CHECK(Call("list.sum", Ints({INT64_MAX, 1})).starts_with("arithmetic"));
  CHECK(Call("list.mean", Ints({1, 2})) == "1.5");
  CHECK(Call("list.mean", Ints({})) == "argument-range: list.mean of an empty list");
  CHECK(Call("list.max", Ints({1, 3, 2})) == "3");
  CHECK(Call("list.argmax", Ints({1, 3, 3})) == "1");
  CHECK(Call("list.argmin", Ints({1, 1, 3})) == "0");
  CHECK(Call("list.distinct", Ints({1, 2, 1})) == "[1, 2]");
  CHECK(Call("list.distinct", Value::List({Value::Float(0.0), Value::Float(-0.0), Value(), Value::Int(0), Value(), Value::List({}),
                                           Value::Record({{"a", Value::Int(1)}}), Value::Record({{"a", Value::Int(1)}}),
                                           Value::Record({{"b", Value::Int(1)}})})) == R"([0.0, null, 0, [], {"a": 1}, {"b": 1}])");
  constexpr int64_t kMany = 200'000;
  ValueList many;
  for (int64_t i = 0; i < kMany; ++i) {
    many.push_back(Value::Int(i / 2));
  }
  CHECK(Apply(*LibraryOperation("list.distinct"), std::array{Value::List(std::move(many))})->AsList().size() == kMany / 2);
  CHECK(Call("list.zip", Ints({1}), Texts({"a"})) == R"([{"first": 1, "second": "a"}])");
  CHECK(Call("list.zip", Ints({1}), Ints({})) == "argument-range: list.zip wants lists of one length, found 1 and 0");
  CHECK(Call("math.round", Value::Float(2.5)) == "3");
  CHECK(Call("math.round", Value::Float(-2.5)) == "-3");
  CHECK(Call("math.floor", Value::Float(1e300)).starts_with("arithmetic"));
  CHECK(Call("math.sqrt", Value::Float(-1)).starts_with("argument-range"));
  CHECK(Call("math.abs", Value::Int(INT64_MIN)).starts_with("arithmetic"));
}

TEST_CASE("a key always goes the same way, and keys spread by the shares") {
  Value shares = Value::List({Value::Float(0.9), Value::Float(0), Value::Float(0.1)});
  int counts[3] = {0, 0, 0};
  for (int i = 0; i < 10'000; ++i) {
    ++counts[std::stoi(Call("route.split", Text("user" + std::to_string(i)), shares))];
  }
  CHECK(counts[1] == 0);
  CHECK(counts[2] > 850);
  CHECK(counts[2] < 1150);
  CHECK(Call("route.split", Text("a"), Value::List({})) == "argument-range: route.split wants a share above 0");
  CHECK(Call("route.switch", Text("b"), Value::Record({{"a", Value::Int(1)}}), Value::Int(2)) == "2");
}

TEST_CASE("maps and json") {
  Value map = Value::Record({{"a", Value::Int(1)}});
  CHECK(ToJson(*Apply(Operation::Lookup, std::array{map, Text("b")})) == "null");
  CHECK(ToJson(*Apply(Operation::Entries, std::array{map})) == R"([{"key": "a", "value": 1}])");
  CHECK(Apply(Operation::In, std::array{Text("a"), map})->AsBool());
  CHECK(Apply(Operation::Length, std::array{map})->AsInt() == 1);
  CHECK(ToJson(*Apply(Operation::Member, std::array{map, Text("a")})) == "1");
  CHECK(Apply(Operation::Member, std::array{map, Text("b")}).error().message ==
        "expected json with the field `b`, found an object without it");
  CHECK(Apply(Operation::Member, std::array{Value::Int(3), Value::Int(0)}).error().message ==
        "expected json with item 0, found an integer");
  CHECK(Apply(Operation::MemberOrNull, std::array{Value(), Text("b")})->is_null());
}

TEST_CASE("sentences are the same however a text is cut") {
  std::string text = "One. Two is 3.14! \"Really?\" he asked... Yes\n\nA heading\n \nLast。 又一句！ end";
  std::vector<std::string> whole = SplitSentences(text);
  CHECK(whole ==
        std::vector<std::string>{"One.", "Two is 3.14!", "\"Really?\"", "he asked...", "Yes", "A heading", "Last。", "又一句！", "end"});
  for (size_t size = 1; size < 8; ++size) {
    SentenceSplitter splitter;
    std::vector<std::string> pieces;
    for (size_t i = 0; i < text.size(); i += size) {
      for (std::string& sentence : splitter.Feed(text.substr(i, size))) {
        pieces.push_back(std::move(sentence));
      }
    }
    for (std::string& sentence : splitter.Finish()) {
      pieces.push_back(std::move(sentence));
    }
    CHECK(pieces == whole);
  }
}

}  // namespace plait
