// Where documents break.
#include "compiler/format/render.h"

#include <doctest/doctest.h>

namespace plait::format {
namespace {

/// `name(a, b)` with a list that breaks as a whole.
Doc Call(Documents& documents, std::string_view name, std::initializer_list<Doc> arguments) {
  std::vector<Doc> inner;
  for (Doc argument : arguments) {
    inner.insert(inner.end(), {inner.empty() ? documents.Empty() : documents.Text(","),
                               inner.empty() ? documents.SoftLine() : documents.Line(), argument});
  }
  inner.push_back(documents.BrokenText(","));
  return documents.Concat(
      {documents.Text(name), documents.Group(documents.Concat({documents.Text("("), documents.Indent(documents.Concat(inner)),
                                                               documents.SoftLine(), documents.Text(")")}))});
}

TEST_CASE("a group that fits stays on its line, to the last column") {
  Documents documents;
  Doc doc = Call(documents, "f", {documents.Text("aa"), documents.Text("bb")});
  CHECK(Render(documents, doc, {.width = 9}) == "f(aa, bb)");
  CHECK(Render(documents, doc, {.width = 8}) == "f(\n  aa,\n  bb,\n)");
}

TEST_CASE("the outer group breaks first") {
  Documents documents;
  Doc inner = Call(documents, "g", {documents.Text("a"), documents.Text("b")});
  Doc doc = Call(documents, "f", {inner, documents.Text("c")});
  CHECK(Render(documents, doc, {.width = 11}) == "f(\n  g(a, b),\n  c,\n)");
}

TEST_CASE("what follows a group up to the next possible break has to fit too") {
  Documents documents;
  Doc doc =
      documents.Concat({Call(documents, "f", {documents.Text("a")}), documents.Text(".field"), Call(documents, "", {documents.Text("b")})});
  CHECK(Render(documents, doc, {.width = 11}) == "f(a).field(\n  b,\n)");
  CHECK(Render(documents, doc, {.width = 10}) == "f(\n  a,\n).field(b)");
}

TEST_CASE("widths are those of characters") {
  Documents documents;
  Doc doc = Call(documents, "f", {documents.Text("äöü"), documents.Text("bb")});
  CHECK(Render(documents, doc, {.width = 10}) == "f(äöü, bb)");
}

TEST_CASE("comments go to the end of the line and break the groups around what follows") {
  Documents documents;
  Doc first = documents.Concat({documents.Text("a"), documents.Suffix("// a")});
  Doc second = documents.Concat({documents.Fresh(), documents.Comment("// b", true), documents.Text("b")});
  Doc doc = Call(documents, "f", {first, second});
  CHECK(Render(documents, doc, {}) == "f(\n  a, // a\n\n  // b\n  b,\n)");
}

TEST_CASE("a text of several lines counts with its first and its last line") {
  Documents documents;
  Doc doc = documents.Concat({documents.Text("\"\"\"\nlong long long\n\"\"\""), Call(documents, ".f", {documents.Text("a")})});
  CHECK(Render(documents, doc, {.width = 8}) == "\"\"\"\nlong long long\n\"\"\".f(a)");
  CHECK(Render(documents, doc, {.width = 7}) == "\"\"\"\nlong long long\n\"\"\".f(\n  a,\n)");
}

TEST_CASE("indentation counts, and no line ends with blanks") {
  Documents documents;
  Doc doc = documents.Concat({documents.Text("a"), documents.Space(), documents.HardLine(true), documents.Text("b")});
  CHECK(Render(documents, doc, {.indent = 4}) == "    a\n\n    b");
}

}  // namespace
}  // namespace plait::format
