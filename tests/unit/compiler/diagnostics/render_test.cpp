// The forms of a rendering.
#include "compiler/diagnostics/render.h"

#include <doctest/doctest.h>

#include <string>

#include <llvm/Support/JSON.h>

#include "compiler/diagnostics/display_text.h"
#include "compiler/diagnostics/render_forms.h"

namespace plait {
namespace {

struct Fixture {
  SourceManager sources;
  DiagnosticList diagnostics;

  FileId Add(std::string text) { return sources.Add("a.graph", std::move(text)); }
  [[nodiscard]] Span Find(FileId file, std::string_view text) const {
    auto begin = static_cast<uint32_t>(sources.Text(file).find(text));
    return {file, begin, begin + static_cast<uint32_t>(text.size())};
  }
  [[nodiscard]] std::string Render(DiagnosticFormat format = DiagnosticFormat::Human, bool colour = false) const {
    return RenderDiagnostics(sources, diagnostics.diagnostics(), {format, colour});
  }
};

Diagnostic At(const Span& span) { return MakeDiagnostic(DiagnosticKind::UnknownName, span, "nothing is called `{}`", "x"); }

TEST_CASE("nothing renders as nothing") {
  Fixture fixture;
  CHECK(fixture.Render() == "");
  CHECK(fixture.Render(DiagnosticFormat::Short) == "");
  CHECK(fixture.Render(DiagnosticFormat::Json) ==
        "{\"version\": 1, \"diagnostics\": [], \"counts\": {\"error\": 0, \"warning\": 0, \"note\": 0}}\n");
}

TEST_CASE("a label on another line follows, fixes and notes after it") {
  Fixture fixture;
  FileId file = fixture.Add("fn f(a: int)\n  let b = c\n");
  fixture.diagnostics.Report(At(fixture.Find(file, "c"))
                                 .UnderCaret("not declared")
                                 .Also(fixture.Find(file, "a: int"), "the only parameter")
                                 .Fix("write `a`")
                                 .Note("names are declared before use"));
  CHECK(fixture.Render() ==
        "a.graph:2:11: error: nothing is called `x` [unknown-name]\n"
        "    2 |   let b = c\n"
        "      |           ^ not declared\n"
        "    1 | fn f(a: int)\n"
        "      |      ------ the only parameter\n"
        "      = fix: write `a`\n"
        "      = note: names are declared before use\n"
        "      = more: plait explain unknown-name\n"
        "\n"
        "1 error\n");
}

TEST_CASE("labels of one line share its underline") {
  Fixture fixture;
  FileId file = fixture.Add("let abc = def + ghi\n");
  fixture.diagnostics.Report(
      At(fixture.Find(file, "def")).UnderCaret("here").Also(fixture.Find(file, "abc"), "first").Also(fixture.Find(file, "ghi"), "last"));
  CHECK(
      fixture.Render().starts_with("a.graph:1:11: error: nothing is called `x` [unknown-name]\n"
                                   "    1 | let abc = def + ghi\n"
                                   "      |     ---   ^~~   --- last\n"
                                   "      |           here\n"
                                   "      |     first\n"));
}

TEST_CASE("the page of a code is named once, and the summary counts") {
  Fixture fixture;
  FileId file = fixture.Add("a b c d\n");
  fixture.diagnostics.Report(At(fixture.Find(file, "a")));
  fixture.diagnostics.Report(At(fixture.Find(file, "b")));
  fixture.diagnostics.Report(MakeDiagnostic(DiagnosticKind::Unused, fixture.Find(file, "c"), "unused"));
  fixture.diagnostics.Report(MakeDiagnostic(DiagnosticKind::IndependentSteps, fixture.Find(file, "d"), "independent"));
  std::string text = fixture.Render();
  CHECK(text.find("explain unknown-name") == text.rfind("explain unknown-name"));
  CHECK(text.find("explain independent-steps") == std::string::npos);
  CHECK(text.ends_with("\n\n2 errors, 1 warning, 1 note\n"));
}

TEST_CASE("carets stand under what they mean, whatever its width") {
  Fixture fixture;
  FileId file = fixture.Add("\tlet \u6f22\u5b57 = e\u0301 + x\n");
  fixture.diagnostics.Report(At(fixture.Find(file, "x")));
  CHECK(
      fixture.Render().starts_with("a.graph:1:21: error: nothing is called `x` [unknown-name]\n"
                                   "    1 |     let \u6f22\u5b57 = e\u0301 + x\n"
                                   "      |                    ^\n"));
}

TEST_CASE("a span of several lines is shown on its first, an empty one by one mark") {
  Fixture fixture;
  FileId file = fixture.Add("f(\n  a\n)\n");
  fixture.diagnostics.Report(At({file, 0, 8}));
  CHECK(fixture.Render().find("    1 | f(\n      | ^~\n") != std::string::npos);
  Fixture empty;
  file = empty.Add("ab\n");
  empty.diagnostics.Report(At({file, 2, 2}));
  CHECK(empty.Render().find("    1 | ab\n      |   ^\n") != std::string::npos);
}

TEST_CASE("a long line is cut around the caret") {
  Fixture fixture;
  FileId file = fixture.Add(std::string(5000, 'a') + " x " + std::string(5000, 'b') + "\n");
  fixture.diagnostics.Report(At(fixture.Find(file, "x")));
  std::string text = fixture.Render();
  CHECK(text.size() < 700);
  size_t line = text.find("    1 | ");
  size_t marks = text.find("      | ");
  CHECK(text.substr(line, marks - line).find(" x ") + 1 == text.substr(marks).find('^') + std::string("…").size() - 1);
}

TEST_CASE("another file is named") {
  Fixture fixture;
  FileId file = fixture.Add("a\n");
  FileId other = fixture.sources.Add("b.graph", "\nb\n");
  fixture.diagnostics.Report(At(fixture.Find(file, "a")).Also(fixture.Find(other, "b"), "there"));
  CHECK(fixture.Render().find("      --> b.graph:2\n    2 | b\n      | - there\n") != std::string::npos);
}

TEST_CASE("a diagnostic without a place has only its message") {
  Fixture fixture;
  fixture.diagnostics.Report(At({}));
  CHECK(fixture.Render().starts_with("error: nothing is called `x` [unknown-name]\n      = more"));
  CHECK(fixture.Render(DiagnosticFormat::Short) == "error: nothing is called `x` [unknown-name]\n");
  CHECK(fixture.Render(DiagnosticFormat::Json).find("\"file\": null, \"range\": null") != std::string::npos);
}

TEST_CASE("colour only where asked for") {
  Fixture fixture;
  FileId file = fixture.Add("a b\n");
  fixture.diagnostics.Report(At(fixture.Find(file, "b")).Also(fixture.Find(file, "a"), "there"));
  CHECK(fixture.Render().find('\x1b') == std::string::npos);
  CHECK(fixture.Render(DiagnosticFormat::Human, true).find("\x1b[1;31m") != std::string::npos);
}

TEST_CASE("JSON is valid whatever the bytes, and has every part") {
  Fixture fixture;
  FileId file = fixture.Add("a\xff\x01\n\"b\"\n");
  Span span = fixture.Find(file, "\"b\"");
  fixture.diagnostics.Report(MakeDiagnostic(DiagnosticKind::SyntaxError, span, "{}", "odd \xff\x02\n bytes")
                                 .UnderCaret("\xfe")
                                 .Also(span, "l")
                                 .Note("n")
                                 .Fix("words")
                                 .Fix("change", span, "\xff"));
  std::string text = fixture.Render(DiagnosticFormat::Json);
  llvm::Expected<llvm::json::Value> json = llvm::json::parse(text);
  REQUIRE(static_cast<bool>(json));
  const llvm::json::Object& item = *(*json->getAsObject()->getArray("diagnostics"))[0].getAsObject();
  CHECK(item.getString("code")->str() == "syntax-error");
  CHECK(item.getString("level")->str() == "source");
  CHECK(item.getObject("range")->getObject("begin")->getInteger("line") == 2);
  CHECK(item.getObject("range")->getObject("end")->getInteger("column") == 4);
  CHECK(item.getArray("fixes")->size() == 2);
  CHECK((*item.getArray("fixes"))[0].getAsObject()->get("range") == nullptr);
  CHECK((*item.getArray("fixes"))[1].getAsObject()->getObject("range")->getObject("begin")->getInteger("offset") == 4);
  CHECK(json->getAsObject()->getObject("counts")->getInteger("error") == 1);
}

TEST_CASE("columns of the forms for tools count UTF-16 code units") {
  Fixture fixture;
  FileId file = fixture.Add("a\n\u00e9\U0001D11E\u6f22x\n\xff\xe6\xbcx");
  auto column = [&](std::string_view text) { return Utf16Position(fixture.sources, file, fixture.Find(file, text).begin); };
  CHECK(column("\u00e9").column == 1);
  CHECK(column("\U0001D11E").column == 2);
  CHECK(column("x\n").column == 5);
  CHECK(column("x\n").line == 2);
  auto end = static_cast<uint32_t>(fixture.sources.Text(file).size());
  CHECK(Utf16Position(fixture.sources, file, end).column == 5);
}

TEST_CASE("a workflow command has its separators escaped") {
  Fixture fixture;
  FileId file = fixture.sources.Add("a,b:c%\n.graph", "x y\nz");
  fixture.diagnostics.Report(At(fixture.Find(file, "y")).Fix("100%, a::b\r\nz").Note("n"));
  fixture.diagnostics.Report(At({file, 2, 5}));
  fixture.diagnostics.Report(At({}));
  CHECK(fixture.Render(DiagnosticFormat::Github) ==
        "::error file=a%2Cb%3Ac%25%0A.graph,line=1,col=3,endColumn=4,title=unknown-name::nothing is called `x`%0Afix: 100%25, "
        "a::b%0D%0Az%0Anote: n\n"
        "::error file=a%2Cb%3Ac%25%0A.graph,line=1,endLine=2,title=unknown-name::nothing is called `x`\n"
        "::error title=unknown-name::nothing is called `x`\n");
}

TEST_CASE("SARIF has one run of all reports, each rule and each result once") {
  Fixture one;
  one.diagnostics.Report(At(one.Find(one.Add("x"), "x")));
  one.diagnostics.Report(At({}));
  Fixture two;
  FileId file = two.sources.Add("/b c/\u00e9#{.graph", "x");
  two.diagnostics.Report(At(two.Find(file, "x")).Fix("`{}`").Fix("{}", two.Find(file, "x"), "{}").Also({}, "nowhere"));
  two.diagnostics.Report(At({}));
  std::vector<Report> reports = {{one.sources, one.diagnostics.diagnostics()}, {two.sources, two.diagnostics.diagnostics()}};
  llvm::Expected<llvm::json::Value> json = llvm::json::parse(RenderDiagnostics(reports, {DiagnosticFormat::Sarif, false, "1.2"}));
  REQUIRE(static_cast<bool>(json));
  const llvm::json::Array& runs = *json->getAsObject()->getArray("runs");
  REQUIRE(runs.size() == 1);
  const llvm::json::Object& driver = *runs[0].getAsObject()->getObject("tool")->getObject("driver");
  CHECK(driver.getString("version")->str() == "1.2");
  CHECK(driver.getArray("rules")->size() == 1);
  const llvm::json::Array& results = *runs[0].getAsObject()->getArray("results");
  REQUIRE(results.size() == 3);
  CHECK(results[1].getAsObject()->get("locations") == nullptr);
  const llvm::json::Object& last = *results[2].getAsObject();
  const llvm::json::Object& place = *(*last.getArray("locations"))[0].getAsObject()->getObject("physicalLocation");
  CHECK(place.getObject("artifactLocation")->getString("uri")->str() == "file:///b%20c/%C3%A9%23%7B.graph");
  CHECK(last.getObject("message")->getString("text")->str() == "nothing is called `x`\nfix: `{{}}`\nfix: {{}}");
  CHECK(last.getArray("fixes")->size() == 1);
  CHECK(last.get("relatedLocations") == nullptr);
}

TEST_CASE("what would move the cursor is not printed") {
  CHECK(PrintableText("a\nb\tc\x1b[31m") == "a\\nb c\uFFFD[31m");
  CHECK(DisplayWidth("a\t\u6f22") == 6);
}

}  // namespace
}  // namespace plait
