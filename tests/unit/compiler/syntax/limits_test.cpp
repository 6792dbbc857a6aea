// Inputs that would exhaust a careless parser: deep, long and broken ones. Each must be read in time that grows with its length.
#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "tests/unit/compiler/syntax/parse_text.h"

namespace plait {
namespace {

// A sanitized build is many times slower and looks for other faults; the long inputs are for the others.
#ifdef PLAIT_SANITIZED
constexpr size_t kMebibyte = 1 << 16;
constexpr size_t kLong = 1 << 13;
#else
constexpr size_t kMebibyte = 1 << 20;
/// Long enough for what is quadratic to show, short enough for hundreds of inputs.
constexpr size_t kLong = 1 << 17;
#endif

std::string Repeat(std::string_view piece, size_t bytes) {
  std::string text;
  while (text.size() + piece.size() <= bytes) {
    text += piece;
  }
  return text;
}

/// Generous enough for a sanitized debug build on a busy machine; what is quadratic takes minutes.
constexpr std::chrono::seconds kTimeLimit(60);

/// Parses, and dumps what came out, which walks the whole tree.
ParsedText ParseInTime(std::string text) {
  auto start = std::chrono::steady_clock::now();
  ParsedText parsed(std::move(text));
  ast::Dump(parsed.module);
  CHECK(std::chrono::steady_clock::now() - start < kTimeLimit);
  return parsed;
}

bool HasCode(const ParsedText& parsed, std::string_view code) { return parsed.Report().find(code) != std::string::npos; }

TEST_CASE("a mebibyte of openers is nested too deep, once") {
  for (std::string_view piece : {"(", "[", "{ a: ", "-", "- ", "not ", "if ", "f(", "x[", "match x { _ => ", "a ?? ", "if x { 1 } else ",
                                 "[x for y in ", "f(x) otherwise ", "repeat up to ", "P { a: ", "a and ("}) {
    CAPTURE(piece);
    ParsedText parsed = ParseInTime("const A = " + Repeat(piece, kMebibyte) + "\nconst B = 1\n");
    CHECK(parsed.module.has_errors);
    CHECK(HasCode(parsed, "[nested-too-deep]"));
  }
}

TEST_CASE("types and settings are limited too") {
  for (std::string_view piece : {"[", "(", "{ a: ", "map<", "{a: ["}) {
    CAPTURE(piece);
    CHECK(HasCode(ParseInTime("const A: " + Repeat(piece, kMebibyte)), "[nested-too-deep]"));
  }
  CHECK(HasCode(ParseInTime("service S { resources " + Repeat("{ a: ", kMebibyte)), "[nested-too-deep]"));
}

TEST_CASE("long chains count as deep") {
  for (std::string_view piece : {"1 + ", "a.", "a and ", "a or ", "a * ", "a ?? ", "x |> "}) {
    CAPTURE(piece);
    CHECK(HasCode(ParseInTime("const A = " + Repeat(piece, kMebibyte) + "a\n"), "[nested-too-deep]"));
  }
  CHECK(HasCode(ParseInTime("const A = f" + Repeat("(x)", kMebibyte)), "[nested-too-deep]"));
  CHECK(HasCode(ParseInTime("const A = f" + Repeat("[0]", kMebibyte)), "[nested-too-deep]"));
  CHECK(HasCode(ParseInTime("const A = f" + Repeat(" as T", kMebibyte)), "[nested-too-deep]"));
  CHECK(HasCode(ParseInTime("const A = " + Repeat("1 < ", kMebibyte)), "[chained-comparison]"));
}

TEST_CASE("format strings nest no deeper than their quotes") {
  for (std::string_view piece : {"f\"{", "f\"\"\"{", "f'{", "f\"\"\"{f\"{", "f'''{f\"\"\"{f'{f\"{", "{"}) {
    CAPTURE(piece);
    ParseInTime("const A = " + Repeat(piece, kLong));
    ParseInTime("const A = f\"" + Repeat(piece, kLong));
  }
}

TEST_CASE("256 levels are read, 257 are not") {
  auto nested = [](size_t levels) { return "const A = " + std::string(levels, '(') + "1" + std::string(levels, ')') + "\n"; };
  CHECK_FALSE(ParseInTime(nested(255)).module.has_errors);
  CHECK(ParseInTime(nested(256)).Report() == "a.graph:1:267: error: nested more than 256 levels deep [nested-too-deep]\n");
}

TEST_CASE("any text takes linear time") {
  for (std::string_view piece : {"a ",
                                 "1, ",
                                 "\"\" ",
                                 "\"a\", ",
                                 "'a' ",
                                 "'a",
                                 "f\"{a}\" ",
                                 "a.b(c)\n",
                                 "}",
                                 ")",
                                 "]",
                                 "(]",
                                 "{)",
                                 "@",
                                 "@ ",
                                 "\n",
                                 "\"",
                                 "\"\n",
                                 "\"\"\"",
                                 "/*",
                                 "// a\n",
                                 "/// a\n",
                                 "#",
                                 ";",
                                 "!",
                                 "&&",
                                 "let ",
                                 "let a = 1\n",
                                 "fn f",
                                 "fn f() -> int { return 1 }\n",
                                 "service A {\n",
                                 "service A {}\n",
                                 "const A = 1\n",
                                 "const A = (\n",
                                 "record R { a: int }\n",
                                 "import a\n",
                                 "test \"a\" {\n",
                                 "=> ",
                                 "-> ",
                                 "1 2 ",
                                 "{}",
                                 "{ } ",
                                 "a: ",
                                 "a: 1\n",
                                 ", ",
                                 "if a {} ",
                                 "while ",
                                 "for ",
                                 "return ",
                                 "await ",
                                 "new ",
                                 "1 if 2 else ",
                                 "a ? ",
                                 "lambda: ",
                                 "f(x => ",
                                 "x as List[",
                                 "x as Optional<",
                                 "x = ",
                                 "4Gi ",
                                 "\\",
                                 "\xc3\xa9",
                                 "\u201ca",
                                 "0x",
                                 "f(x=1) "}) {
    CAPTURE(piece);
    ParseInTime(Repeat(piece, kLong));
    ParseInTime("fn f() -> int {\n" + Repeat(piece, kLong));
    ParseInTime("const A = [" + Repeat(piece, kLong) + "]");
    ParseInTime("const A = match x { a => " + Repeat(piece, kLong) + "}");
  }
}

TEST_CASE("one file reports a limited number of faults") {
  ParsedText parsed(Repeat("const = 1\n", 100000));
  CHECK(parsed.diagnostics.diagnostics().size() == kMaxReportsPerFile);
  CHECK(parsed.diagnostics.diagnostics().back().notes.back() == "further faults of this file are not shown");
}

}  // namespace
}  // namespace plait
