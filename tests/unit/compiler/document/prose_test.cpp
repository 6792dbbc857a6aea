// The marks that documentation may have.
#include "compiler/document/prose.h"

#include <doctest/doctest.h>

namespace plait::document {
namespace {

using Blocks = std::vector<ProseBlock>;
using Pieces = std::vector<ProsePiece>;

TEST_CASE("blank lines part paragraphs") {
  CHECK(ReadProse("").empty());
  CHECK(ReadProse("\n \n").empty());
  CHECK(ReadProse("a\nb\n\n\nc") == Blocks{{ProseKind::Paragraph, "a\nb"}, {ProseKind::Paragraph, "c"}});
}

TEST_CASE("items go on in the lines below them") {
  CHECK(ReadProse("see:\n- a\n  b\n* c\n\nd") ==
        Blocks{{ProseKind::Paragraph, "see:"}, {ProseKind::ListItem, "a\nb"}, {ProseKind::ListItem, "c"}, {ProseKind::Paragraph, "d"}});
  CHECK(ReadProse("-a -") == Blocks{{ProseKind::Paragraph, "-a -"}});
}

TEST_CASE("fenced code keeps its lines, and an open fence goes to the end") {
  CHECK(ReadProse("```graph\n  a\n\n- b\n```\nc") == Blocks{{ProseKind::CodeBlock, "  a\n\n- b"}, {ProseKind::Paragraph, "c"}});
  CHECK(ReadProse("a\n```\n# b") == Blocks{{ProseKind::Paragraph, "a"}, {ProseKind::CodeBlock, "# b"}});
  CHECK(ReadProse("```") == Blocks{{ProseKind::CodeBlock, ""}});
}

TEST_CASE("code ends at as many backquotes as it began with") {
  CHECK(SplitCode("") == Pieces{});
  CHECK(SplitCode("a `b` c") == Pieces{{"a "}, {"b", true}, {" c"}});
  CHECK(SplitCode("``a ` b``") == Pieces{{"a ` b", true}});
  CHECK(SplitCode("a ` b `` c") == Pieces{{"a ` b `` c"}});
  CHECK(SplitCode("``` `x`") == Pieces{{"``` "}, {"x", true}});
}

}  // namespace
}  // namespace plait::document
