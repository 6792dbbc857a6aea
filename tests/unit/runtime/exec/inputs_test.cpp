// Requests against declared parameters.
#include "runtime/exec/inputs.h"

#include <doctest/doctest.h>

#include <limits>

#include "compiler/formats/json.h"

namespace plait {
namespace {

Value Json(std::string_view text) {
  Result<Value> value = ParseJson(text, "test", FailureKind::InputInvalid);
  REQUIRE(value.ok());
  return *value;
}

const TypeTable kTypes = {{{"Point", {{"x", Type::Of(TypeKind::Float), {}}, {"name", Type::Of(TypeKind::String), Value::String("p")}}}},
                          {}};

plan::Entry Entry() {
  plan::Entry entry;
  entry.name = "S.f";
  entry.parameters = {{0, "text", Type::Of(TypeKind::String), {}},
                      {1, "points", Type::List(Type::Record("Point")), Value::List({})},
                      {2, "limit", Type::Optional(Type::Of(TypeKind::Int)), {}}};
  return entry;
}

Error Refused(std::string_view request) {
  Result<std::vector<Value>> bound = BindInputs(Entry(), kTypes, Json(request));
  REQUIRE_FALSE(bound.ok());
  CHECK(bound.error().kind == FailureKind::InputMismatch);
  return bound.error();
}

}  // namespace

TEST_CASE("arguments are bound in the order of the parameters, defaults filled in") {
  Result<std::vector<Value>> bound = BindInputs(Entry(), kTypes, Json(R"({"points": [{"x": 1}], "text": "a"})"));
  REQUIRE(bound.ok());
  CHECK(ToJson(Value::List(*bound)) == R"(["a", [{"x": 1.0, "name": "p"}], null])");
}

TEST_CASE("an argument of another name, type or place is refused with its path") {
  CHECK(Refused(R"({"txt": "a"})").message == "no parameter is called `txt`");
  CHECK(Refused("{}").message == "the parameter `text: string` is missing");
  CHECK(Refused(R"({"text": 1})").place == "$.text");
  CHECK(Refused(R"({"text": "a", "points": [{"x": 1}, {"x": "b"}]})").place == "$.points[1].x");
  CHECK(Refused(R"({"text": "a", "points": [{"x": 1, "y": 2}]})").message == "no field is called `y`");
  CHECK(Refused(R"({"text": "a", "points": [{}]})").message == "the field `x: float` is missing");
  CHECK(Refused(R"({"text": "a", "limit": 1.5})").message == "expected int, found a number 1.5");
  CHECK(Refused("[]").message == "expected an object of arguments by name, found a list");
}

TEST_CASE("a result that JSON cannot write is refused with its path") {
  Value bad = Value::Record({{"scores", Value::List({Value::Float(1), Value::Float(std::numeric_limits<double>::infinity())})}});
  Result<void> checked = CheckFinite(bad, "$");
  REQUIRE_FALSE(checked.ok());
  CHECK(checked.error().place == "$.scores[1]");
}

}  // namespace plait
