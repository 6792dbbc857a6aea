// Patterns: what is rewritten for PCRE2, what is refused, and where matches lie.
#include "runtime/tokenizers/pattern.h"

#include "compiler/base/value.h"
#include "tests/unit/runtime/tokenizers/small_files.h"

namespace plait::tokenizers {
namespace {

Result<Pattern> Make(std::string_view kind, std::string_view pattern) {
  Result<JsonDocument> document = JsonDocument::Parse(fmt::format(R"({{"{}": {}}})", kind, QuoteJson(pattern)), "test");
  REQUIRE(document.ok());
  return Pattern::Read(document->root());
}

/// The pieces, matches in parentheses.
std::string Shown(std::string_view kind, std::string_view pattern, std::string_view text) {
  Result<Pattern> made = Make(kind, pattern);
  if (!made.ok()) {
    return RenderError(made.error(), false);
  }
  Result<std::vector<Stretch>> stretches = made->Find(text);
  if (!stretches.ok()) {
    return RenderError(stretches.error(), false);
  }
  std::string shown;
  for (const Stretch& stretch : *stretches) {
    std::string_view piece = text.substr(stretch.begin, stretch.end - stretch.begin);
    shown += stretch.is_match ? fmt::format("({})", piece) : fmt::format("{}", piece);
  }
  return shown;
}

TEST_CASE("matches and what lies between") {
  CHECK(Shown("Regex", R"re(b+)re", "abbca") == "a(bb)ca");
  CHECK(Shown("String", R"re(.)re", "a.b..") == "a(.)b(.)(.)");
  CHECK(Shown("Regex", R"re(b*)re", "abé") == "()a(b)é()");
  CHECK(Shown("Regex", R"re(^a|b$)re", "ab\nab") == "(a)(b)\n(a)(b)");
}

TEST_CASE("white space, words and digits as Oniguruma has them") {
  CHECK(Shown("Regex", R"re(\s)re", "a\u180Eb\u2003c\u0085") == "a\u180Eb(\u2003)c(\u0085)");
  CHECK(Shown("Regex", R"re(\w)re", "e\u0301-\u00B2") == "(e)(\u0301)-(\u00B2)");
  CHECK(Shown("Regex", R"re([\w])re", "e\u00B2") == "(e)\u00B2");
  CHECK(Shown("Regex", R"re(\d+)re", "12\u0967x") == "(12\u0967)x");
  CHECK(Shown("Regex", R"re(\p{L}+)re", "a\U00031350b") == "(a\U00031350b)");
  CHECK(Shown("Regex", R"re(\x{e9}|\x41|\v)re", "éA\x0b") == "(é)(A)(\x0b)");
}

TEST_CASE("what PCRE2 reads differently is refused") {
  for (std::string_view pattern : {R"re(\h)re",     R"re(\b)re",      R"re((?<name>a))re",  R"re((*ACCEPT))re",     R"re((?m)a)re",
                                   R"re([a[b]])re", R"re([a&&b])re",  R"re([[:alpha:]])re", R"re(a{1,2}+)re",       R"re(a{,2})re",
                                   R"re(\1)re",     R"re(\p{Han})re", R"re(\pL)re",         R"re([]a])re",          R"re([\W])re",
                                   R"re(a\)re",     R"re([a)re",      R"re(()re",           R"re(\x{110000000})re", R"re(\x{})re",
                                   R"re((?R))re",   R"re(\C)re"}) {
    CAPTURE(pattern);
    std::string shown = Shown("Regex", pattern, "a");
    CHECK(shown.find("[tokenizer-unsupported]") != std::string::npos);
    CHECK(shown.starts_with("test: $.Regex: error: the pattern"));
  }
}

TEST_CASE("a pattern that would take for ever is stopped") {
  std::string shown = Shown("Regex", R"re((a|aa|a(?:a))+$)re", std::string(60, 'a') + "b");
  CHECK(shown.find("[input-invalid]") != std::string::npos);
  CHECK(shown.find("too many steps") != std::string::npos);
}

TEST_CASE("a match longer than the stack of the compiled code") {
  Result<Pattern> pattern = Make("Regex", R"re((?:a|b)+c)re");
  REQUIRE(pattern.ok());
  Result<std::vector<Stretch>> stretches = pattern->Find(std::string(5000, 'a') + "c");
  REQUIRE(stretches.ok());
  CHECK(stretches->size() == 1);
}

TEST_CASE("the ways of splitting") {
  auto shown = [](SplitBehavior behavior) {
    std::string_view text = "the-final--countdown";
    Result<Pattern> pattern = Make("String", R"re(-)re");
    REQUIRE(pattern.ok());
    std::string joined;
    for (const Stretch& stretch : ApplyBehavior(*pattern->Find(text), behavior)) {
      joined += fmt::format("{}|", text.substr(stretch.begin, stretch.end - stretch.begin));
    }
    return joined;
  };
  CHECK(shown(SplitBehavior::kRemoved) == "the|final|countdown|");
  CHECK(shown(SplitBehavior::kIsolated) == "the|-|final|-|-|countdown|");
  CHECK(shown(SplitBehavior::kMergedWithPrevious) == "the-|final-|-|countdown|");
  CHECK(shown(SplitBehavior::kMergedWithNext) == "the|-final|-|-countdown|");
  CHECK(shown(SplitBehavior::kContiguous) == "the|-|final|--|countdown|");
}

}  // namespace
}  // namespace plait::tokenizers
