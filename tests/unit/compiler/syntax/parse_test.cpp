// Places in the tree, values of literals, and recovery.
#include "compiler/syntax/parse.h"

#include <doctest/doctest.h>

#include "tests/unit/compiler/syntax/parse_text.h"
#include "tests/unit/compiler/syntax/tree_invariants.h"

namespace plait {
namespace {

/// The value of the constant that the text consists of.
const ast::Expr& ConstValue(const ParsedText& parsed) {
  return parsed.module.exprs[std::get<ast::Const>(parsed.module.decls.back().node).value];
}

std::string StringOf(const std::string& literal) {
  ParsedText parsed("const A = " + literal + "\n");
  CHECK(parsed.Report().empty());
  return std::get<ast::StringLiteral>(ConstValue(parsed).node).value;
}

TEST_CASE("spans cover what was written") {
  ParsedText parsed("const A = f(x, k: 1 + 2)[0].name\nfn g(a: int) -> [int] { return a }\n");

  const auto& first = std::get<ast::Const>(parsed.module.decls[0].node);
  CHECK(parsed.sources.Text(parsed.module.exprs[first.value].span) == "f(x, k: 1 + 2)[0].name");
  const auto& function = std::get<ast::Function>(parsed.module.decls[1].node);
  CHECK(parsed.sources.Text(parsed.module.decls[1].span) == "fn g(a: int) -> [int] { return a }");
  CHECK(parsed.sources.Text(function.signature.params_span) == "(a: int)");
  CHECK(parsed.sources.Text(function.signature.params[0].span) == "a: int");
  CHECK(parsed.sources.Text(parsed.module.types[function.signature.result].span) == "[int]");
  CHECK(parsed.sources.Text(function.body.span) == "{ return a }");
  CHECK(parsed.sources.Text(parsed.module.exprs[function.body.value].span) == "a");
}

TEST_CASE("strings stand for what they spell") {
  CHECK(StringOf(R"("a\n\t\"\\\u{e9}\u{10FFFF}")") == "a\n\t\"\\\u00e9\U0010FFFF");
  CHECK(StringOf("\"\"\"\n    a\n      b\n\n    c\n    \"\"\"") == "a\n  b\n\nc");
  CHECK(StringOf("\"\"\"\n    a\n  \"\"\"") == "  a");
  CHECK(StringOf("\"\"\"a \"quoted\" b\"\"\"") == "a \"quoted\" b");
  CHECK(StringOf("\"\"\"\n\"\"\"").empty());
  CHECK(StringOf("\"\"\"\n  \n\"\"\"") == "  ");
  CHECK(StringOf("\"\"").empty());
}

TEST_CASE("units become bytes and milliseconds") {
  auto amount = [](const std::string& text) { return std::get<ast::UnitLiteral>(ConstValue(ParsedText("const A = " + text)).node).amount; };
  CHECK(amount("4GiB") == 4LL << 30);
  CHECK(amount("1.5KiB") == 1536);
  CHECK(amount("1_000B") == 1000);
  CHECK(amount("9007199254740993B") == 9007199254740993);
  CHECK(amount("2min") == 120000);
  CHECK(amount("0.25s") == 250);
  CHECK(amount("1e3ms") == 1000);
  CHECK(amount("1h") == 3600000);
}

TEST_CASE("format strings have one text more than values") {
  for (std::string_view text : {"f\"\"", "f\"a\"", "f\"{a}\"", "f\"{a}{b}\"", "f\"x{a}y{b}z\""}) {
    CAPTURE(text);
    ParsedText parsed("const A = " + std::string(text));
    const auto& format = std::get<ast::FormatString>(ConstValue(parsed).node);
    CHECK(format.texts.size() == format.values.size() + 1);
  }
}

TEST_CASE("after a fault the rest of the file is read") {
  for (std::string_view fault :
       {"const = 1", "record {", "fn f(", "fn f() -> int { return (", "service S { model", "service S { api f() -> int {",
        "const A = [1, 2", "const A = \"abc", "const A = f\"{", "enum E { 1 }", "test { expect 1 }", "@", "}", "import",
        "const A = if x { 1 ", "const A = match x { a => ", "task T { fn }", "const A: [", "fn f(a: int, b) -> int { return 1 }"}) {
    CAPTURE(fault);
    ParsedText parsed(std::string(fault) + "\nconst Last = 1\nrecord Final { a: int }\n");
    CHECK(parsed.module.has_errors);
    CHECK(parsed.diagnostics.diagnostics().size() == 1);
    REQUIRE(parsed.module.decls.size() >= 2);
    CHECK(std::get<ast::Const>(parsed.module.decls[parsed.module.decls.size() - 2].node).name.text == "Last");
    CHECK(std::get<ast::Record>(parsed.module.decls.back().node).name.text == "Final");
  }
}

TEST_CASE("one fault in a member leaves the others") {
  for (std::string_view fault :
       {"model m", "model m: text.Generator", "model m: text.Generator = hf(", "model m: text.Generator = hf(\"a\"", "uses a", "uses a: [B",
        "resources { cpu 1 }", "resources { cpu: 1", "foo", "let x = 1", "traffic { a: }", "api f", "api f( -> int { return 1 }",
        "api f(a: int) { return 1 }", "api f() -> int { let a = (1 }", "fn () -> int { return 1 }"}) {
    CAPTURE(fault);
    ParsedText parsed("service S {\n  " + std::string(fault) + "\n  api last(a: int) -> int { return a }\n}\nservice T {}\n");
    CHECK(parsed.diagnostics.diagnostics().size() == 1);
    CHECK(parsed.module.decls.size() == 2);
    const auto& service = std::get<ast::Service>(parsed.module.decls[0].node);
    REQUIRE_FALSE(service.members.empty());
    const auto* api = std::get_if<ast::Api>(&service.members.back().node);
    REQUIRE(api != nullptr);
    CHECK(api->function.signature.name.text == "last");
  }
}

TEST_CASE("one fault in a statement leaves the others") {
  for (std::string_view fault : {"let = 1",
                                 "let a",
                                 "let a =",
                                 "let a = 1 2",
                                 "let a = (1",
                                 "let a = [1, 2",
                                 "let a = f(x",
                                 "let a = f(x))",
                                 "let a = { b: }",
                                 "let a = { b 1 }",
                                 "let a = x @ 1",
                                 "let a = \"x",
                                 "let a = f\"{x\"",
                                 "let a = 1 +",
                                 "let a = if x { 1 }",
                                 "let a = x.",
                                 "let a = [x for in y]",
                                 "let a = [x for y]",
                                 "let a: = 1",
                                 "x",
                                 "f(x)",
                                 "while x { f(x) }",
                                 "x = 1",
                                 "x += 1",
                                 "let a = match x { 1 }",
                                 "let a = match x { 1 => }",
                                 "let a = repeat x { 1 }",
                                 "let a = repeat up to 5 { 1 }",
                                 "let a = ]",
                                 "let a = x as",
                                 "let a = if x { return 1 } else { return 2 }",
                                 "let a = f(x, y z)",
                                 "let a = f(x,, y)"}) {
    CAPTURE(fault);
    ParsedText parsed("fn f(x: int) -> int {\n  let first = 1\n  " + std::string(fault) +
                      "\n  let last = 2\n  return last\n}\nconst A = 1\n");
    CHECK(parsed.diagnostics.diagnostics().size() == 1);
    REQUIRE(parsed.module.decls.size() == 2);
    const auto& function = std::get<ast::Function>(parsed.module.decls[0].node);
    CHECK(function.body.lets.back().name.text == "last");
    CHECK(std::holds_alternative<ast::Name>(parsed.module.exprs[function.body.value].node));
  }
}

TEST_CASE("a tree without faults keeps its shape") {
  ParsedText parsed(
      "fn f(xs: [int]) -> int {\n  let a = [g(x) for x in xs if x > 1]\n  return if a[0] == 1 { a[0] } else { f\"{a}\" }\n}\n");
  CHECK(parsed.Report().empty());
  CHECK(TreeFault(parsed).empty());
}

}  // namespace
}  // namespace plait
