// What the lexer promises beyond what the golden tests show.
#include "compiler/syntax/lex.h"

#include <doctest/doctest.h>

#include "tests/unit/compiler/syntax/parse_text.h"

namespace plait {
namespace {

std::vector<TokenKind> Kinds(const std::string& text) {
  std::vector<TokenKind> kinds;
  for (const Token& token : ParsedText(text).tokens.tokens) {
    kinds.push_back(token.kind);
  }
  return kinds;
}

TEST_CASE("an empty file is one token") { CHECK(Kinds("") == std::vector{TokenKind::EndOfFile}); }

TEST_CASE("a byte order mark is passed over") {
  ParsedText parsed(
      "\xEF\xBB\xBF"
      "const A = 1\n");
  CHECK(parsed.Report().empty());
  CHECK(parsed.module.decls.size() == 1);
}

TEST_CASE("carriage returns are blanks") {
  ParsedText parsed("const A = \"a\"\r\nconst B = \"\"\"\r\n  x\r\n  y\r\n  \"\"\"\r\n");
  CHECK(parsed.Report().empty());
  const auto& b = std::get<ast::Const>(parsed.module.decls[1].node);
  CHECK(std::get<ast::StringLiteral>(parsed.module.exprs[b.value].node).value == "x\ny");
}

TEST_CASE("tokens know whether they begin a line") {
  ParsedText parsed("a b // c\nd /* e\n */ f;g");
  std::vector<bool> starts;
  for (const Token& token : parsed.tokens.tokens) {
    starts.push_back(token.starts_line);
  }
  CHECK(starts == std::vector{true, false, true, true, true, false});
}

TEST_CASE("comments are kept apart from tokens") {
  ParsedText parsed("// a\nconst A = 1 // b\n//// c\n");
  CHECK(parsed.tokens.comments.size() == 3);
}

TEST_CASE("documentation belongs to what follows") {
  ParsedText parsed("/// one\n///  two  \nconst A = 1\n// not this\nconst B = 2\n");
  CHECK(parsed.module.decls[0].doc == "one\n two");
  CHECK(parsed.module.decls[1].doc.empty());
}

TEST_CASE("a file that is not UTF-8 has no tokens") {
  ParsedText parsed("const A = 1\n\xC3(");
  CHECK(parsed.tokens.tokens.size() == 1);
  CHECK(parsed.module.has_errors);
  CHECK(parsed.Report() == "a.graph:2:1: error: the file is not UTF-8: byte 0xc3 at offset 12 [file-unreadable]\n");
}

TEST_CASE("a NUL is reported like any character that means nothing") {
  CHECK(ParsedText(std::string("const A = 1 \0\n", 14)).Report() ==
        "a.graph:1:13: error: the control character 0x00 stands here [syntax-error]\n");
}

TEST_CASE("format strings are balanced even when broken") {
  for (std::string_view text : {"f\"{", "f\"{a", "f\"{(\"", "f\"{a}}", "f'{x", "f\"\"\"{f\"{\"\"\"", "f\"{{}}}\"", "f\"{a:}{!r}\""}) {
    CAPTURE(text);
    int strings = 0;
    int holes = 0;
    for (TokenKind kind : Kinds(std::string(text))) {
      strings += kind == TokenKind::FormatStart ? 1 : (kind == TokenKind::FormatEnd ? -1 : 0);
      holes += kind == TokenKind::FormatOpen ? 1 : (kind == TokenKind::FormatClose ? -1 : 0);
    }
    CHECK(strings == 0);
    CHECK(holes == 0);
  }
}

TEST_CASE("every kind of token has a name") {
  CHECK(TokenName(TokenKind::Name) == "a name");
  CHECK(TokenName(TokenKind::Otherwise) == "`otherwise`");
  CHECK(TokenName(TokenKind::PipeArrow) == "`|>`");
}

}  // namespace
}  // namespace plait
