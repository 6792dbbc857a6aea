// Values against types.
#include "compiler/base/convert.h"

#include <doctest/doctest.h>

namespace plait {
namespace {

const Type kInt = Type::Of(TypeKind::Int);
const Type kFloat = Type::Of(TypeKind::Float);
const Type kString = Type::Of(TypeKind::String);

const TypeTable kTypes = {{{"A", {{"a", kInt, {}}}}, {"B", {{"b", kFloat, Value::Float(1)}, {"c", kString, {}}}}},
                          {{"Verdict", {{"ham", "HAM"}, {"spam", "SPAM"}}}}};

std::string Converted(const Value& value, const Type& type, Conversion conversion = Conversion::Input) {
  Result<Value> result = ConvertValue(value, type, kTypes, conversion, "$");
  return result.ok() ? ToJson(*result) : result.error().place + ": " + result.error().message;
}

}  // namespace

TEST_CASE("types are spelled and read back") {
  for (std::string_view text : {"map<[int]>", "stream<string>", "float | string", "(float | string)?", "[A | B]", "enum text.Verdict?",
                                "{ a: int | string, b: map<json> }"}) {
    std::optional<Type> type = ParseType(text);
    REQUIRE(type);
    CHECK(type->ToString() == text);
  }
  CHECK(Type::Union({kInt, Type::Of(TypeKind::Null)}) == Type::Optional(kInt));
  CHECK(Type::Union({kInt, Type::Optional(Type::Union({kString, kInt}))}) == Type::Optional(Type::Union({kInt, kString})));
  CHECK_FALSE(ParseType("map<int"));
  CHECK_FALSE(ParseType("int |"));
}

TEST_CASE("an enum's value is one of its labels") {
  CHECK(Converted(Value::String("HAM"), Type::Enum("Verdict")) == "\"HAM\"");
  CHECK(Converted(Value::String("ham"), Type::Enum("Verdict")) == "$: expected enum Verdict, found a string \"ham\"");
}

TEST_CASE("a map's items and a union's members convert") {
  Value map = Value::Record({{"x", Value::Int(1)}, {"y", Value::Float(2)}});
  CHECK(Converted(map, Type::Map(kFloat)) == R"({"x": 1.0, "y": 2.0})");
  CHECK(Converted(map, Type::Map(kString)) == R"($["x"]: expected string, found an integer 1)");
  Type either = Type::Union({Type::Record("A"), Type::Record("B")});
  CHECK(Converted(Value::Record({{"a", Value::Int(1)}}), either) == R"({"a": 1})");
  CHECK(Converted(Value::Record({{"c", Value::String("x")}}), either) == R"({"b": 1.0, "c": "x"})");
  CHECK(Converted(Value::Int(1), Type::Union({kFloat, kInt})) == "1");
  CHECK(Converted(Value::Int(1), Type::Union({kFloat, kString})) == "1.0");
  CHECK(Converted(Value::Bool(true), either) == "$: expected A | B, found a boolean true");
}

TEST_CASE("only a cast makes an int of a whole float") {
  CHECK(Converted(Value::Float(3), kInt) == "$: expected int, found a number 3.0");
  CHECK(Converted(Value::Float(3), kInt, Conversion::Cast) == "3");
  CHECK(Converted(Value::Float(3.5), kInt, Conversion::Cast) == "$: expected int, found a number 3.5");
  CHECK(Converted(Value::Float(0x1p63), kInt, Conversion::Cast) == "$: expected int, found a number 9223372036854775808.0");
}

}  // namespace plait
