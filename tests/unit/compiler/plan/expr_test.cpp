// Expressions: their text and back.
#include <cmath>
#include <random>

#include <doctest/doctest.h>

#include "compiler/plan/plan.h"

using namespace plait;
using namespace plait::plan;

namespace {

void CheckSame(std::string_view text) {
  Result<Expr> expr = ParseExpr(text);
  REQUIRE_MESSAGE(expr.ok(), text);
  CHECK(ToString(*expr) == text);
}

std::string FailureOf(std::string_view text) {
  Result<Expr> expr = ParseExpr(text);
  return expr.ok() ? "" : expr.error().message;
}

/// Any expression that is well formed, constants of every kind included.
class RandomExprs {
 public:
  explicit RandomExprs(uint32_t seed) : random_(seed) {}

  Expr Next(int depth) {
    Expr expr;
    expr.kind = static_cast<Expr::Kind>(Below(depth == 0 ? 2 : 9));
    switch (expr.kind) {
      case Expr::Kind::Constant:
        expr.constant = NextValue(2);
        break;
      case Expr::Kind::Value:
        expr.value = Below(1000);
        break;
      case Expr::Kind::Apply:
        expr.operation = static_cast<Operation>(Below(static_cast<uint32_t>(Operation::Flatten) + 1));
        AddOperands(expr, static_cast<uint32_t>(OperandCount(expr.operation)), depth);
        break;
      case Expr::Kind::Field:
        expr.names = {NextName(0)};
        AddOperands(expr, 1, depth);
        break;
      case Expr::Kind::List:
        AddOperands(expr, Below(4), depth);
        break;
      case Expr::Kind::Record:
        AddOperands(expr, Below(4), depth);
        for (uint32_t i = 0; i < expr.operands.size(); ++i) {
          expr.names.push_back(NextName(i));
        }
        break;
      case Expr::Kind::If:
        AddOperands(expr, 3, depth);
        break;
      case Expr::Kind::Cast:
      case Expr::Kind::Is:
        expr.type = *ParseType(kTypes[Below(std::size(kTypes))]);
        AddOperands(expr, 1, depth);
        break;
    }
    return expr;
  }

 private:
  static constexpr std::string_view kTypes[] = {"int",        "[text.Label]?", "float | string",
                                                "map<[int]>", "enum Verdict",  "{ a: int, b: [float] }"};

  uint32_t Below(uint32_t limit) { return static_cast<uint32_t>(random_() % limit); }

  std::string NextName(uint32_t index) {
    static constexpr std::string_view kNames[] = {"label", "if", "a b", "", "true", "é\"\\\n", "_x9"};
    return std::string(kNames[Below(7)]) + std::to_string(index);
  }

  void AddOperands(Expr& expr, uint32_t count, int depth) {
    for (uint32_t i = 0; i < count; ++i) {
      expr.operands.push_back(Next(depth - 1));
    }
  }

  Value NextValue(int depth) {
    switch (Below(depth == 0 ? 5 : 7)) {
      case 0:
        return {};
      case 1:
        return Value::Bool(Below(2) == 0);
      case 2:
        return Value::Int(static_cast<int64_t>((static_cast<uint64_t>(random_()) << 32U) | random_()));
      case 3:
        return Value::Float((static_cast<double>(random_()) - 2e9) * std::pow(10.0, static_cast<int>(Below(60)) - 30));
      case 4:
        return Value::String(NextName(Below(10)));
      case 5: {
        ValueList items;
        for (uint32_t i = Below(3); i > 0; --i) {
          items.push_back(NextValue(depth - 1));
        }
        return Value::List(std::move(items));
      }
      default: {
        ValueFields fields;
        for (uint32_t i = 0; i < Below(3); ++i) {
          fields.emplace_back(NextName(i), NextValue(depth - 1));
        }
        return Value::Record(std::move(fields));
      }
    }
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("casts and tests of types") {
  CheckSame("cast<float>(%1.score)");
  CheckSame("is<float | string>(%2)");
  CheckSame("cast<map<[int]>>(%1)[0]");
  CheckSame("not is<{ a: int, b: enum Verdict? }>(%2)");
  CHECK(FailureOf("cast<>(%1)").find("expected a type") != std::string::npos);
  CHECK(FailureOf("cast<int>%1").find("expected `(`") != std::string::npos);
  CHECK(FailureOf("is<int(%1)").find("expected") != std::string::npos);
}

TEST_CASE("expressions read as in the language") {
  CheckSame("%1[0].generated_text");
  CheckSame("[%1[0].generated_text, \"a\" + %2]");
  CheckSame("{generated: %1, score: %2[0].score}");
  CheckSame("(%0 + 1) * len(%1)");
  CheckSame("not (%0 in [\"a\", \"b\"])");
  CheckSame("if %0 == {a: 1} { -%1 } else { (if true { 1 } else { 2 }) + 3 }");
  CheckSame("str(float(%1)) + flatten(%2)[0]");
  CheckSame("%0 % %1");
}

TEST_CASE("a constant is not the expression over constants that looks like it") {
  CheckSame("[1, 2]");
  CheckSame("[1, 2,]");
  CheckSame("[,]");
  CheckSame("{\"a\": 1}");
  CheckSame("{a: 1}");
  CheckSame("{,}");
  CheckSame("-5");
  CheckSame("-(5)");
  CheckSame("(-5)[0]");
  CHECK(ParseExpr("[1, 2]")->kind == Expr::Kind::Constant);
  CHECK(ParseExpr("[1, 2,]")->kind == Expr::Kind::List);
  CHECK(ParseExpr("-5")->constant == Value::Int(-5));
  CHECK(ParseExpr("-(5)")->operation == Operation::Negate);
}

TEST_CASE("strings keep their bytes") {
  CHECK(ParseExpr(R"("\ud83d\ude00\u00e9\n")")->constant == Value::String("😀é\n"));
  CHECK(FailureOf(R"("\ud83d")") == "a broken escape in a string at byte 7 of the expression");
  CHECK(FailureOf("\"abc") == "a string is not closed at byte 4 of the expression");
}

TEST_CASE("what is no expression is refused with the byte") {
  CHECK(FailureOf("") == "expected an expression, found the end at byte 0 of the expression");
  CHECK(FailureOf("%0 + %1 + %2") ==
        "expected the end or one operator; nested operators need brackets, found `+ %2` at byte 8 of the expression");
  CHECK(FailureOf("text") == "expected an expression, found `text` at byte 0 of the expression");
  CHECK(FailureOf("{a: 1, a: 2}") == "the field `a` stands twice at byte 8 of the expression");
  CHECK(FailureOf("if %0 { 1 }") == "expected `else`, found the end at byte 11 of the expression");
  CHECK(FailureOf("99999999999999999999") ==
        "the number `99999999999999999999` is malformed or does not fit into 64 bits at byte 0 of the expression");
}

TEST_CASE("nesting is bounded") {
  CHECK(ParseExpr(std::string(200, '(') + "1" + std::string(200, ')')).ok());
  CHECK_FALSE(ParseExpr(std::string(100'000, '(')).ok());
  CHECK_FALSE(ParseExpr(std::string(100'000, '[')).ok());
  std::string fields = "%0";
  for (int i = 0; i < 100; ++i) {
    fields = "(" + fields + ".a.a.a.a.a)";
  }
  CHECK(FailureOf(fields).starts_with("the expression nests more than 256 levels deep"));
}

TEST_CASE("random expressions survive their text") {
  RandomExprs exprs(7);
  for (int i = 0; i < 3000; ++i) {
    Expr expr = exprs.Next(4);
    std::string text = ToString(expr);
    Result<Expr> read = ParseExpr(text);
    REQUIRE_MESSAGE(read.ok(), text);
    REQUIRE_MESSAGE(*read == expr, text);
    REQUIRE(ToString(*read) == text);
  }
}

TEST_CASE("damaged expressions neither crash nor hang") {
  RandomExprs exprs(11);
  std::mt19937 random(13);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = ToString(exprs.Next(3));
    for (uint32_t edits = 1 + random() % 4; edits > 0 && !text.empty(); --edits) {
      size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text.erase(at, 1);
          break;
        case 1:
          text.insert(at, 1, "[]{}(),.:%\"-0ei\\"[random() % 16]);
          break;
        default:
          text[at] = static_cast<char>(random());
      }
    }
    Result<Expr> read = ParseExpr(text);
    if (read.ok()) {
      Result<Expr> again = ParseExpr(ToString(*read));
      REQUIRE(again.ok());
      REQUIRE(*again == *read);
    }
  }
}
