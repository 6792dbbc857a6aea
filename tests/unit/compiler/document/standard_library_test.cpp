// The standard library documents everything that it declares.
#include <doctest/doctest.h>

#include "compiler/document/document.h"
#include "compiler/driver/standard_library.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"

namespace plait::document {
namespace {

ModuleDocument DescribeText(std::string_view name, std::string_view text) {
  SourceManager sources;
  DiagnosticList diagnostics;
  FileId file = sources.Add(std::string(name), std::string(text));
  TokenBuffer tokens = Lex(sources, file, diagnostics);
  ast::Module module = Parse(sources, tokens, diagnostics);
  REQUIRE_FALSE(module.has_errors);
  return Describe(sources, tokens, module, std::string(name));
}

/// Qualified by the module.
std::vector<std::string> Undocumented(const ModuleDocument& document) {
  std::vector<std::string> names;
  if (document.doc.empty()) {
    names.push_back(document.title);
  }
  for (const Section& section : document.sections) {
    for (const Entry& entry : section.entries) {
      if (entry.doc.empty()) {
        names.push_back(document.title + "." + entry.name);
      }
      for (const Entry& part : entry.parts) {
        if (part.doc.empty()) {
          names.push_back(document.title + "." + part.name);
        }
      }
    }
  }
  return names;
}

TEST_CASE("every module, type, task, method and function of the standard library is documented") {
  REQUIRE(StandardModules().size() > 4);
  for (const StandardModule& module : StandardModules()) {
    ModuleDocument document = DescribeText(module.name, module.text);
    CHECK_FALSE(document.sections.empty());
    CHECK(Undocumented(document) == std::vector<std::string>{});
  }
}

TEST_CASE("what lacks a comment is found") {
  ModuleDocument document = DescribeText("m", "fn f() -> int { return 1 }\ntask T {\n  /// g\n  fn g() -> int\n  fn h() -> int\n}\n");
  CHECK(Undocumented(document) == std::vector<std::string>{"m", "m.T", "m.T.h", "m.f"});
}

}  // namespace
}  // namespace plait::document
