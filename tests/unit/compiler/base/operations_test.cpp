// What each operation gives, and when it fails.
#include "compiler/base/operations.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace plait {
namespace {

using enum Operation;

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

Value I(int64_t value) { return Value::Int(value); }
Value F(double value) { return Value::Float(value); }
Value S(std::string value) { return Value::String(std::move(value)); }
Value B(bool value) { return Value::Bool(value); }
Value L(ValueList items) { return Value::List(std::move(items)); }

/// The result as JSON, or the failure's message and code.
std::string Run(Operation operation, const std::vector<Value>& operands) {
  Result<Value> result = Apply(operation, operands);
  return result.ok() ? ToJson(*result) : result.error().message + " [" + std::string(FailureCode(result.error().kind)) + "]";
}

TEST_CASE("names, spellings and operand counts come from one list") {
  CHECK(OperationName(GreaterEqual) == "GreaterEqual");
  CHECK(OperationSpelling(GreaterEqual) == ">=");
  CHECK(OperandCount(Not) == 1);
  CHECK(OperandCount(In) == 2);
  CHECK(OperationFromName("Flatten") == Flatten);
  CHECK_FALSE(OperationFromName("flatten").has_value());
}

TEST_CASE("addition") {
  CHECK(Run(Add, {I(2), I(3)}) == "5");
  CHECK(Run(Add, {I(2), F(0.5)}) == "2.5");
  CHECK(Run(Add, {S("a"), S("b")}) == "\"ab\"");
  CHECK(Run(Add, {L({I(1)}), L({I(2), I(3)})}) == "[1, 2, 3]");
  CHECK(Run(Add, {I(kMax), I(1)}) == "9223372036854775807 + 1 does not fit into 64 bits [arithmetic]");
  CHECK(Run(Add, {F(1e308), F(1e308)}) == "the result of `+` is not a finite number [arithmetic]");
}

TEST_CASE("subtraction and negation") {
  CHECK(Run(Subtract, {I(2), I(3)}) == "-1");
  CHECK(Run(Subtract, {F(2), I(3)}) == "-1.0");
  CHECK(Run(Subtract, {I(kMin), I(1)}) == "-9223372036854775808 - 1 does not fit into 64 bits [arithmetic]");
  CHECK(Run(Negate, {I(5)}) == "-5");
  CHECK(Run(Negate, {F(-0.5)}) == "0.5");
  CHECK(Run(Negate, {F(0)}) == "-0.0");
  CHECK(Run(Negate, {I(kMin)}) == "the negative of -9223372036854775808 does not fit into 64 bits [arithmetic]");
}

TEST_CASE("multiplication") {
  CHECK(Run(Multiply, {I(-4), I(3)}) == "-12");
  CHECK(Run(Multiply, {I(2), F(0.25)}) == "0.5");
  CHECK(Run(Multiply, {I(kMax), I(2)}) == "9223372036854775807 * 2 does not fit into 64 bits [arithmetic]");
  CHECK(Run(Multiply, {I(kMin), I(-1)}) == "-9223372036854775808 * -1 does not fit into 64 bits [arithmetic]");
  CHECK(Run(Multiply, {F(1e200), F(1e200)}) == "the result of `*` is not a finite number [arithmetic]");
}

TEST_CASE("division always gives a float") {
  CHECK(Run(Divide, {I(6), I(3)}) == "2.0");
  CHECK(Run(Divide, {I(1), I(4)}) == "0.25");
  CHECK(Run(Divide, {I(kMin), I(-1)}) == "9223372036854775808.0");
  CHECK(Run(Divide, {I(1), I(0)}) == "1 / 0: division by zero [arithmetic]");
  CHECK(Run(Divide, {F(1), F(0)}) == "1.0 / 0: division by zero [arithmetic]");
  CHECK(Run(Divide, {F(1), F(-0.0)}) == "1.0 / 0: division by zero [arithmetic]");
  CHECK(Run(Divide, {F(1e308), F(0.1)}) == "the result of `/` is not a finite number [arithmetic]");
}

TEST_CASE("a remainder has the sign of the divisor") {
  CHECK(Run(Remainder, {I(7), I(3)}) == "1");
  CHECK(Run(Remainder, {I(-7), I(3)}) == "2");
  CHECK(Run(Remainder, {I(7), I(-3)}) == "-2");
  CHECK(Run(Remainder, {I(-7), I(-3)}) == "-1");
  CHECK(Run(Remainder, {I(6), I(3)}) == "0");
  CHECK(Run(Remainder, {I(kMin), I(-1)}) == "0");
  CHECK(Run(Remainder, {F(-7.5), F(2)}) == "0.5");
  CHECK(Run(Remainder, {F(7.5), F(-2)}) == "-0.5");
  CHECK(Run(Remainder, {I(7), F(2)}) == "1.0");
  CHECK(Run(Remainder, {I(1), I(0)}) == "1 % 0: division by zero [arithmetic]");
}

TEST_CASE("equality compares values; an int equals the same float") {
  CHECK(Run(Equal, {I(1), F(1)}) == "true");
  CHECK(Run(NotEqual, {I(1), F(1.5)}) == "true");
  CHECK(Run(Equal, {S("a"), S("a")}) == "true");
  CHECK(Run(Equal, {L({I(1)}), L({I(1)})}) == "true");
  CHECK(Run(NotEqual, {Value(), Value()}) == "false");
  CHECK(Run(Equal, {Value(), S("")}) == "false");
  CHECK(Run(Equal, {I(9007199254740993), I(9007199254740992)}) == "false");
  CHECK(Run(Equal, {I(9007199254740993), F(9007199254740992.0)}) == "true");
}

TEST_CASE("order of numbers and of strings by bytes") {
  CHECK(Run(Less, {I(1), I(2)}) == "true");
  CHECK(Run(Less, {I(2), F(1.5)}) == "false");
  CHECK(Run(LessEqual, {F(2), I(2)}) == "true");
  CHECK(Run(Greater, {S("b"), S("a")}) == "true");
  CHECK(Run(Less, {S("z"), S("ä")}) == "true");
  CHECK(Run(GreaterEqual, {S("a"), S("ab")}) == "false");
  CHECK(Run(Greater, {I(9007199254740993), I(9007199254740992)}) == "true");
  CHECK(Run(Greater, {I(9007199254740993), F(9007199254740992.0)}) == "false");
}

TEST_CASE("membership") {
  CHECK(Run(In, {I(2), L({I(1), F(2)})}) == "true");
  CHECK(Run(In, {I(3), L({})}) == "false");
  CHECK(Run(In, {S("ell"), S("hello")}) == "true");
  CHECK(Run(In, {S(""), S("")}) == "true");
  CHECK(Run(In, {S("x"), S("hello")}) == "false");
}

TEST_CASE("an index must be inside the list") {
  CHECK(Run(Index, {L({I(7), I(8)}), I(1)}) == "8");
  CHECK(Run(Index, {L({I(7), I(8)}), I(2)}) == "index 2 is outside a list of 2 items [index-range]");
  CHECK(Run(Index, {L({I(7)}), I(-1)}) == "index -1 is outside a list of 1 item [index-range]");
  CHECK(Run(Index, {L({}), I(0)}) == "index 0 is outside a list of 0 items [index-range]");
  CHECK(Run(Index, {L({I(7)}), I(kMin)}) == "index -9223372036854775808 is outside a list of 1 item [index-range]");
}

TEST_CASE("length counts items and code points") {
  CHECK(Run(Length, {L({I(1), I(2)})}) == "2");
  CHECK(Run(Length, {S("aä€😀")}) == "4");
  CHECK(Run(Length, {S("")}) == "0");
}

TEST_CASE("the rest") {
  CHECK(Run(Not, {B(true)}) == "false");
  CHECK(Run(ToFloat, {I(3)}) == "3.0");
  CHECK(Run(ToFloat, {F(0.5)}) == "0.5");
  CHECK(Run(Display, {S("a\"b")}) == "\"a\\\"b\"");
  CHECK(Run(Display, {F(1)}) == "\"1.0\"");
  CHECK(Run(Display, {L({S("a"), Value()})}) == R"("[\"a\", null]")");
  CHECK(Run(Flatten, {L({L({I(1)}), L({}), L({I(2), I(3)})})}) == "[1, 2, 3]");
  CHECK(Run(Flatten, {L({})}) == "[]");
}

}  // namespace
}  // namespace plait
