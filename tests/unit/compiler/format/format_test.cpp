// Whole files at the edges: empty, odd line ends, deep, long.
#include <chrono>

#include "tests/unit/compiler/format/formatted.h"

namespace plait::testing {
namespace {

std::string TextOf(std::string_view text) { return FormatText(text)->text; }

std::string Repeated(std::string_view text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) {
    result += text;
  }
  return result;
}

TEST_CASE("a file ends with one line break, and an empty one stays empty") {
  CHECK(TextOf("").empty());
  CHECK(TextOf("\n\n").empty());
  CHECK(TextOf("const A = 1") == "const A = 1\n");
  CHECK(TextOf("const A = 1\n\n\n") == "const A = 1\n");
  CHECK(TextOf("// only a comment") == "// only a comment\n");
}

TEST_CASE("line ends become those of the language, in texts too") {
  CHECK(TextOf("// a\r\nconst A = 1 // b\r\nconst B = \"\"\"\r\n  c\r\n  \"\"\"\r\n") ==
        "// a\nconst A = 1 // b\n\nconst B = \"\"\"\n  c\n  \"\"\"\n");
  CHECK(FaultOfFormat("const B = \"\"\"\r\n  c\r\n    d\r\n  \"\"\"\r\n").empty());
}

TEST_CASE("a byte order mark is left out") {
  CHECK(TextOf("\xEF\xBB\xBF"
               "const A = 1\n") == "const A = 1\n");
}

TEST_CASE("lines of 100 columns stay, longer ones break") {
  std::string name(84, 'a');
  CHECK(TextOf("const A = f(" + name + ", 1)\n") == "const A = f(" + name + ", 1)\n");
  CHECK(TextOf("const A = f(" + name + "a, 1)\n") == "const A = f(\n  " + name + "a,\n  1,\n)\n");
}

TEST_CASE("nesting as deep as the parser allows") {
  for (auto [open, close] : {std::pair{"(", ")"},
                             {"[", "]"},
                             {"[1, ", "]"},
                             {"f(", ")"},
                             {"{ a: ", " }"},
                             {"if x { ", " } else { 1 }"},
                             {"f(a, ", ")"},
                             {"match x { _ => ", " }"},
                             {"-", ""},
                             {"x ?? ", ""},
                             {"if x { 1 } else ", "{ 1 }"}}) {
    for (int depth = 300; depth > 0; --depth) {
      bool is_chain = std::string_view(close) == "{ 1 }";
      std::string text = "const A = " + Repeated(open, depth) + (is_chain ? "" : "1") + (is_chain ? close : Repeated(close, depth));
      if (FormatText(text)) {
        CHECK(depth > 80);
        CHECK(FaultOfFormat(text) == "");
        break;
      }
    }
  }
}

TEST_CASE("a megabyte takes well under a second") {
  std::string text;
  while (text.size() < 1'000'000) {
    text += "service S" + std::to_string(text.size()) + R"( {
  model m: text.Generator = hf("organisation/name") // a comment
  api f(sentence: string, max_length: int = 128) -> { generated: string, score: float } {
    let a = m.generate(sentence, max_length: max_length, num_return_sequences: 1)[0].generated_text + "more and more"
    return { generated: a, score: if len(a) > 1 { 1.0 } else { 0.5 } }
  }
}
)";
  }
  auto start = std::chrono::steady_clock::now();
  std::optional<Formatted> formatted = FormatText(text);
  std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  CHECK(formatted->text.size() > text.size() / 2);
  // Ten times what it takes on a busy machine, so that only another order of growth fails.
  CHECK(seconds.count() < 5);
}

}  // namespace
}  // namespace plait::testing
