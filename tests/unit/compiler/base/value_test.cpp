// Values and how they are written as JSON.
#include "compiler/base/value.h"

#include <cmath>
#include <limits>
#include <string>

#include <doctest/doctest.h>

namespace plait {
namespace {

Value Nested(int depth) {
  Value value = Value::Int(1);
  for (int i = 0; i < depth; ++i) {
    value = Value::List({value});
  }
  return value;
}

TEST_CASE("a value knows its kind") {
  CHECK(Value().is_null());
  CHECK(Value::Bool(true).AsBool());
  CHECK(Value::Int(-3).AsInt() == -3);
  CHECK(Value::Float(0.5).AsFloat() == 0.5);
  CHECK(Value::String("a").AsString() == "a");
  CHECK(Value::List({Value(), Value::Int(1)}).AsList().size() == 2);
  CHECK(Value::Record({{"a", Value::Int(1)}}).AsRecord()[0].first == "a");
  CHECK(Value::Int(2).AsNumber() == 2.0);
  CHECK(Value::Float(2.5).AsNumber() == 2.5);
}

TEST_CASE("kinds are named as a message needs them") {
  CHECK(Value().KindName() == "null");
  CHECK(Value::Bool(false).KindName() == "a boolean");
  CHECK(Value::Int(0).KindName() == "an integer");
  CHECK(Value::Float(0).KindName() == "a number");
  CHECK(Value::String("").KindName() == "a string");
  CHECK(Value::List({}).KindName() == "a list");
  CHECK(Value::Record({}).KindName() == "an object");
}

TEST_CASE("equality is structural, and an int is no float") {
  CHECK(Value::Int(1) == Value::Int(1));
  CHECK_FALSE(Value::Int(1) == Value::Float(1));
  CHECK(Value::String("a") == Value::String("a"));
  CHECK(Value::List({Value::Int(1)}) == Value::List({Value::Int(1)}));
  CHECK_FALSE(Value::List({Value::Int(1)}) == Value::List({}));
  CHECK(Value::Record({{"a", Value()}}) == Value::Record({{"a", Value()}}));
  CHECK_FALSE(Value::Record({{"a", Value()}}) == Value::Record({{"b", Value()}}));
  CHECK_FALSE(Value() == Value::Bool(false));
}

TEST_CASE("a field is found by name, and only in a record") {
  Value record = Value::Record({{"a", Value::Int(1)}, {"b", Value::Int(2)}});
  REQUIRE(record.Field("b") != nullptr);
  CHECK(record.Field("b")->AsInt() == 2);
  CHECK(record.Field("c") == nullptr);
  CHECK(Value::Int(1).Field("a") == nullptr);
}

TEST_CASE("floats are written with the fewest digits that read back, and look like floats") {
  CHECK(FormatFloat(1) == "1.0");
  CHECK(FormatFloat(-0.0) == "-0.0");
  CHECK(FormatFloat(0.1) == "0.1");
  CHECK(FormatFloat(1.0 / 3) == "0.3333333333333333");
  CHECK(FormatFloat(1e21) == "1e+21");
  CHECK(FormatFloat(1e300) == "1e+300");
  CHECK(FormatFloat(5e-324) == "5e-324");
  CHECK(FormatFloat(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  CHECK(FormatFloat(123456789.0) == "123456789.0");
  CHECK(FormatFloat(std::nan("")) == "null");
  CHECK(FormatFloat(INFINITY) == "null");
}

TEST_CASE("strings are quoted with the escapes that JSON needs") {
  CHECK(QuoteJson("plain") == "\"plain\"");
  CHECK(QuoteJson("a\"b\\c") == R"("a\"b\\c")");
  CHECK(QuoteJson("\n\r\t") == R"("\n\r\t")");
  CHECK(QuoteJson(std::string("\0\x1f\x7f", 3)) == R"("\u0000\u001f\u007f")");
  CHECK(QuoteJson("ä€😀") == "\"ä€😀\"");
}

TEST_CASE("one line of JSON") {
  Value value = Value::Record({{"a", Value::List({Value::Int(1), Value::Float(2), Value()})}, {"b", Value::Bool(true)}});
  CHECK(ToJson(value) == R"({"a": [1, 2.0, null], "b": true})");
  CHECK(ToJson(Value::List({})) == "[]");
  CHECK(ToJson(Value::Record({})) == "{}");
}

TEST_CASE("pretty JSON opens the outermost and keeps what fits on a line") {
  Value short_list = Value::List({Value::Int(1), Value::Int(2)});
  CHECK(ToJson(Value::Record({{"a", short_list}, {"b", Value::List({})}}), {.pretty = true}) == "{\n  \"a\": [1, 2],\n  \"b\": []\n}");
  Value long_text = Value::String(std::string(60, 'x'));
  std::string text = ToJson(Value::List({Value::List({long_text, long_text})}), {.pretty = true});
  CHECK(text == "[\n  [\n    \"" + std::string(60, 'x') + "\",\n    \"" + std::string(60, 'x') + "\"\n  ]\n]");
  CHECK(ToJson(Value::Record({}), {.pretty = true}) == "{}");
}

TEST_CASE("no line of pretty JSON that could be broken is wider than 100 columns") {
  for (size_t width = 60; width < 120; ++width) {
    Value inner = Value::List({Value::String(std::string(width / 2, 'a')), Value::String(std::string(width - width / 2, 'b'))});
    std::string text = ToJson(Value::Record({{"key", inner}, {"other", Value::Int(1)}}), {.pretty = true});
    size_t start = 0;
    while (start < text.size()) {
      size_t end = text.find('\n', start);
      end = end == std::string::npos ? text.size() : end;
      CHECK(end - start <= 100);
      start = end + 1;
    }
  }
}

TEST_CASE("deep values are written in time proportional to their size") { CHECK(ToJson(Nested(200), {.pretty = true}).size() > 200); }

}  // namespace
}  // namespace plait
