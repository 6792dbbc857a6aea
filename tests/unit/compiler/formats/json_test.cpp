// JSON from outside: what is read, and what is refused and how.
#include "compiler/formats/json.h"

#include <bit>
#include <cmath>
#include <random>
#include <string>

#include <doctest/doctest.h>

namespace plait {
namespace {

Result<Value> Parse(std::string_view text) { return ParseJson(text, "input", FailureKind::InputInvalid); }

/// The error as `place: message`.
std::string Refusal(std::string_view text) {
  Result<Value> value = Parse(text);
  if (value.ok()) {
    return "read as " + ToJson(*value);
  }
  CHECK(value.error().kind == FailureKind::InputInvalid);
  return value.error().place + ": " + value.error().message;
}

Value RandomValue(std::mt19937_64& random, int depth) {
  switch (random() % (depth == 0 ? 5 : 7)) {
    case 0:
      return {};
    case 1:
      return Value::Bool(random() % 2 == 0);
    case 2:
      return Value::Int(static_cast<int64_t>(random()) >> (random() % 64));
    case 3: {
      double value = std::bit_cast<double>(random());
      return Value::Float(std::isfinite(value) ? value : 0.5);
    }
    case 4: {
      static const std::vector<std::string> pieces = {"a", "\"", "\\", "\n", "\x01", "\x7f", "ä", "€", "😀", "/", "\u2028", " "};
      std::string text;
      for (uint64_t i = 0; i < random() % 8; ++i) {
        text += pieces[random() % pieces.size()];
      }
      return Value::String(std::move(text));
    }
    case 5: {
      ValueList items;
      for (uint64_t i = 0; i < random() % 5; ++i) {
        items.push_back(RandomValue(random, depth - 1));
      }
      return Value::List(std::move(items));
    }
    default: {
      ValueFields fields;
      for (uint64_t i = 0; i < random() % 5; ++i) {
        fields.emplace_back("k\"" + std::to_string(i), RandomValue(random, depth - 1));
      }
      return Value::Record(std::move(fields));
    }
  }
}

TEST_CASE("what is written reads back, bit by bit") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 3000; ++i) {
    Value value = RandomValue(random, i % 6);
    for (bool pretty : {false, true}) {
      std::string text = ToJson(value, {.pretty = pretty});
      Result<Value> read = Parse(text);
      REQUIRE_MESSAGE(read.ok(), text);
      REQUIRE(*read == value);
      REQUIRE(ToJson(*read, {.pretty = pretty}) == text);
    }
  }
}

TEST_CASE("ints stay ints and floats floats") {
  CHECK(Parse("1")->is_int());
  CHECK(Parse("1.0")->is_float());
  CHECK(Parse("1e3")->is_float());
  CHECK(std::signbit(Parse("-0.0")->AsFloat()));
  CHECK(Parse("9223372036854775807")->AsInt() == INT64_MAX);
  CHECK(Parse("-9223372036854775808")->AsInt() == INT64_MIN);
}

TEST_CASE("integers beyond 64 bits are refused") {
  CHECK(Refusal("[9223372036854775808]") == "input: the integer 9223372036854775808 does not fit into 64 bits");
  CHECK(Refusal("99999999999999999999") == "input: a number is malformed or too large");
  CHECK(Refusal("-9223372036854775809") == "input: a number is malformed or too large");
  CHECK(Refusal("1e999") == "input: a number is malformed or too large");
}

TEST_CASE("objects keep their order, and a key stands once") {
  CHECK(ToJson(*Parse(R"({"b": 1, "a": {"c": 2}})")) == R"({"b": 1, "a": {"c": 2}})");
  CHECK(Refusal(R"({"a": 1, "b": {"x": 1, "x": 2}})") == R"(input: the key "x" stands twice in one object)");
  CHECK(Refusal(R"({"a": 1, "\u0061": 2})") == R"(input: the key "a" stands twice in one object)");
}

TEST_CASE("nesting has a limit") {
  auto nested = [](int depth) { return std::string(static_cast<size_t>(depth), '[') + std::string(static_cast<size_t>(depth), ']'); };
  CHECK(Parse(nested(kMaxJsonDepth)).ok());
  CHECK(Refusal(nested(kMaxJsonDepth + 1)) == "input: the JSON is nested more than 64 levels deep");
  CHECK(Parse(std::string(63, '[') + "{\"a\": 1}" + std::string(63, ']')).ok());
  CHECK(Refusal(std::string(64, '[') + "{\"a\": 1}" + std::string(64, ']')) == "input: the JSON is nested more than 64 levels deep");
  CHECK_FALSE(Parse(std::string(1'000'000, '[')).ok());
}

TEST_CASE("text that is not UTF-8 is refused with its place") {
  CHECK(Refusal("\"a\xff\"") == "input:1:3: the text is not valid UTF-8");
  CHECK(Refusal("{\n  \"key\": \"\xc3\x28\"\n}") == "input:2:11: the text is not valid UTF-8");
  CHECK(Refusal("\"\xed\xa0\x80\"") == "input:1:2: the text is not valid UTF-8");
  CHECK(Refusal("\"\xf4\x90\x80\x80\"") == "input:1:2: the text is not valid UTF-8");
  CHECK(Refusal("\"ä\xe2\x82\"") == "input:1:4: the text is not valid UTF-8");
}

TEST_CASE("what is no JSON says what was seen") {
  CHECK(Refusal("") == "input: expected JSON, found nothing");
  CHECK(Refusal("   ") == "input: expected JSON, found nothing");
  CHECK(Refusal("hello") == "input: expected JSON, found \"hello\"");
  CHECK(Refusal("{'a': 1} and so on and so on") == "input: expected JSON, found \"{'a': 1} and so on and s\"…");
  CHECK(Refusal("\"abc") == "input: a string is not closed");
  CHECK(Refusal(R"("\ud800")") == "input: a string has a broken escape or a lone surrogate");
  CHECK(Refusal(R"("\x")") == "input: a string has a broken escape or a lone surrogate");
  CHECK_FALSE(Parse("[1, 2,]").ok());
  CHECK_FALSE(Parse("1 2").ok());
  CHECK_FALSE(Parse("[1] x").ok());
  CHECK_FALSE(Parse("01").ok());
  CHECK_FALSE(Parse("NaN").ok());
  CHECK_FALSE(Parse("\"a\nb\"").ok());
}

TEST_CASE("a message never cuts a character in two") {
  std::string text = std::string(23, 'x') + "äöü";
  Result<Value> value = Parse(text);
  REQUIRE_FALSE(value.ok());
  CHECK(value.error().message == "expected JSON, found \"" + std::string(23, 'x') + "\"…");
}

TEST_CASE("escapes become the characters they stand for") {
  CHECK(Parse(R"("\u00e4\ud83d\ude00\n\/")")->AsString() == "ä😀\n/");
  CHECK(Parse(R"("a\u0000b")")->AsString() == std::string("a\0b", 3));
}

TEST_CASE("what Python wrote may have integers beyond 64 bits") {
  auto parse = [](std::string_view text) { return ParseJsonOfPython(text, "input", FailureKind::InputInvalid); };
  CHECK(parse("1000000000000000019884624838656")->AsFloat() == 1e30);
  CHECK(parse("-1000000000000000019884624838656")->AsFloat() == -1e30);
  CHECK(parse("[9223372036854775807, 7]")->AsList()[0].AsInt() == INT64_MAX);
  std::string text =
      R"({"12345678901234567890123": "a\"12345678901234567890123", "b": 0.12345678901234567890123, "c": 12345678901234567890e1})";
  CHECK(parse(text).ok());
  CHECK(ToJson(*parse(text)) == ToJson(*Parse(text)));
  CHECK(parse(text)->AsRecord()[0].first == "12345678901234567890123");
  CHECK_FALSE(parse("12345678901234567890123x").ok());
  CHECK_FALSE(parse("\"12345678901234567890\\").ok());
}

TEST_CASE("garbage is harmless") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 3000; ++i) {
    std::string text = ToJson(RandomValue(random, 4), {.pretty = i % 2 == 0});
    for (uint64_t k = 0; k < 1 + random() % 3 && !text.empty(); ++k) {
      size_t at = random() % text.size();
      random() % 2 == 0 ? text.erase(at, 1 + random() % 3) : text.insert(at, 1, static_cast<char>(random() % 256));
    }
    Result<Value> value = Parse(text);
    if (!value.ok()) {
      REQUIRE(value.error().place.starts_with("input"));
    }
  }
}

}  // namespace
}  // namespace plait
