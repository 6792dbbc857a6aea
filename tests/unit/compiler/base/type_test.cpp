// Types, how they are spelt and read.
#include "compiler/base/type.h"

#include <random>
#include <string>

#include <doctest/doctest.h>

namespace plait {
namespace {

const Type kInt = Type::Of(TypeKind::Int);

/// Any type that has a spelling.
Type RandomType(std::mt19937& random, int depth) {
  static constexpr TypeKind kSimple[] = {TypeKind::Never, TypeKind::Null,   TypeKind::Bool, TypeKind::Int,
                                         TypeKind::Float, TypeKind::String, TypeKind::Json};
  switch (depth == 0 ? random() % 2 : random() % 6) {
    case 0:
      return Type::Of(kSimple[random() % std::size(kSimple)]);
    case 1:
      return Type::Record(random() % 2 == 0 ? "Scored" : "text.Label_2");
    case 2:
      return Type::Optional(RandomType(random, depth - 1));
    case 3: {
      std::vector<Type::Field> fields;
      for (uint32_t i = 0; i < random() % 4; ++i) {
        fields.push_back({"field_" + std::to_string(i), RandomType(random, depth - 1)});
      }
      return Type::Anonymous(std::move(fields));
    }
    default:
      return Type::List(RandomType(random, depth - 1));
  }
}

TEST_CASE("types are spelt as in the language") {
  CHECK(Type::List(Type::Record("text.Label")).ToString() == "[text.Label]");
  CHECK(Type::Optional(kInt).ToString() == "int?");
  CHECK(Type::Anonymous({{"a", kInt}, {"b", Type::List(Type::Of(TypeKind::Float))}}).ToString() == "{ a: int, b: [float] }");
  CHECK(Type().ToString() == "<error>");
}

TEST_CASE("an optional of an optional, of null or of an error is what it is of") {
  CHECK(Type::Optional(Type::Optional(kInt)) == Type::Optional(kInt));
  CHECK(Type::Optional(Type::Of(TypeKind::Null)) == Type::Of(TypeKind::Null));
  CHECK(Type::Optional(Type()).is_error());
}

TEST_CASE("equality is structural; records are equal by name, fields in order") {
  CHECK(Type::List(kInt) == Type::List(kInt));
  CHECK_FALSE(Type::List(kInt) == Type::Optional(kInt));
  CHECK_FALSE(Type::Record("A") == Type::Record("B"));
  Type ab = Type::Anonymous({{"a", kInt}, {"b", kInt}});
  Type ba = Type::Anonymous({{"b", kInt}, {"a", kInt}});
  CHECK(ab == Type::Anonymous({{"a", kInt}, {"b", kInt}}));
  CHECK_FALSE(ab == ba);
}

TEST_CASE("what is spelt reads back") {
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    Type type = RandomType(random, 1 + i % 6);
    std::optional<Type> read = ParseType(type.ToString());
    REQUIRE_MESSAGE(read.has_value(), type.ToString());
    REQUIRE(*read == type);
    std::optional<TypePrefix> prefix = ParseTypePrefix(type.ToString() + " {");
    // An optional's mark, a dot or a brace could only follow where the type goes on.
    REQUIRE(prefix.has_value());
    REQUIRE(prefix->type == type);
  }
}

TEST_CASE("what is no type is refused") {
  for (const char* text :
       {"",   " ",  "[",  "[]",      "[int", "int]",  "int int", "int??", "?", "{", "{ a }", "{ a: }", "{ a: int b: int }", "{ a: int,, }",
        "9a", ".a", "a.", "<error>", "in-t", "[int]]"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseType(text).has_value());
  }
}

TEST_CASE("spaces do not matter where tokens meet") {
  CHECK(ParseType(" [ int ] ") == Type::List(kInt));
  CHECK(ParseType("{a:int,b:string?}") == Type::Anonymous({{"a", kInt}, {"b", Type::Optional(Type::Of(TypeKind::String))}}));
}

TEST_CASE("garbage and depth are harmless") {
  std::string deep(100'000, '[');
  CHECK_FALSE(ParseType(deep).has_value());
  CHECK(ParseType(std::string(200, '[') + "int" + std::string(200, ']')).has_value());
  std::mt19937 random(11);
  const std::string alphabet = "[]{}?:,. aint_9\n\"";
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (uint32_t k = 0; k < random() % 20; ++k) {
      text += alphabet[random() % alphabet.size()];
    }
    std::optional<Type> read = ParseType(text);
    if (read) {
      REQUIRE(ParseType(read->ToString()) == *read);
    }
  }
}

}  // namespace
}  // namespace plait
