// Places in source text.
#include "compiler/base/source.h"

#include <doctest/doctest.h>

namespace plait {
namespace {

TEST_CASE("lines and columns count from one, columns in bytes") {
  SourceManager sources;
  FileId file = sources.Add("a.graph", "ab\nc\n\nä!");
  CHECK(sources.Position(file, 0).line == 1);
  CHECK(sources.Position(file, 1).column == 2);
  CHECK(sources.Position(file, 2).line == 1);
  CHECK(sources.Position(file, 3).line == 2);
  CHECK(sources.Position(file, 5).line == 3);
  CHECK(sources.Position(file, 8).line == 4);
  CHECK(sources.Position(file, 8).column == 3);
  CHECK(sources.Position(file, 9).column == 4);
}

TEST_CASE("a line is given without its break") {
  SourceManager sources;
  FileId file = sources.Add("a.graph", "one\r\n\r\ntwo");
  CHECK(sources.Line(file, 1) == "one");
  CHECK(sources.Line(file, 2).empty());
  CHECK(sources.Line(file, 3) == "two");
  FileId empty = sources.Add("b.graph", "");
  CHECK(sources.Line(empty, 1).empty());
  FileId ended = sources.Add("c.graph", "x\n");
  CHECK(sources.Line(ended, 2).empty());
}

TEST_CASE("a span is placed by its first and last byte") {
  SourceManager sources;
  FileId file = sources.Add("dir/a.graph", "let a = f(\n  x)\n");
  CHECK(sources.Place({file, 4, 5}) == "dir/a.graph:1:5-5");
  CHECK(sources.Place({file, 0, 3}) == "dir/a.graph:1:1-3");
  CHECK(sources.Place({file, 8, 15}) == "dir/a.graph:1:9-2:4");
  CHECK(sources.Place({file, 4, 4}) == "dir/a.graph:1:5-5");
  CHECK(sources.Place({file, 16, 16}) == "dir/a.graph:3:1-1");
  CHECK(sources.Place({}).empty());
  CHECK(sources.Text({file, 4, 5}) == "a");
}

TEST_CASE("spans join from the first to the last") {
  SourceManager sources;
  FileId file = sources.Add("a.graph", "abcdef");
  CHECK(Span{file, 1, 2}.To({file, 4, 5}) == Span{file, 1, 5});
}

}  // namespace
}  // namespace plait
