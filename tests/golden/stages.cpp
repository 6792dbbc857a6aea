// What each stage makes of a source file.
#include "tests/golden/stages.h"

#include "compiler/base/file_system.h"
#include "compiler/diagnostics/render.h"
#include "compiler/sema/check.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"
#include "tests/support/module_folder.h"

namespace plait::golden {

namespace {

std::string Render(const SourceManager& sources, DiagnosticList& diagnostics, DiagnosticFormat format) {
  diagnostics.SortAndMergeEqual();
  return RenderDiagnostics(sources, diagnostics.diagnostics(), {format, false});
}

/// The tokens, then what was reported.
std::string RunTokens(const Input& input) {
  SourceManager sources;
  DiagnosticList diagnostics;
  FileId file = sources.Add(input.path, std::string(input.text));
  TokenBuffer tokens = Lex(sources, file, diagnostics);
  return Dump(sources, tokens) + Render(sources, diagnostics, DiagnosticFormat::Short);
}

/// The tree, then what was reported.
std::string RunAst(const Input& input) {
  SourceManager sources;
  DiagnosticList diagnostics;
  FileId file = sources.Add(input.path, std::string(input.text));
  ast::Module module = Parse(sources, Lex(sources, file, diagnostics), diagnostics);
  return ast::Dump(module) + Render(sources, diagnostics, DiagnosticFormat::Short);
}

/// What is reported up to the parser, as a person sees it.
std::string RunSyntax(const Input& input) {
  SourceManager sources;
  DiagnosticList diagnostics;
  FileId file = sources.Add(input.path, std::string(input.text));
  Parse(sources, Lex(sources, file, diagnostics), diagnostics);
  return Render(sources, diagnostics, DiagnosticFormat::Human);
}

/// What is reported up to the checker, as a person sees it. Imports are read from the file's own folder.
std::string RunCheck(const Input& input) {
  SourceManager sources;
  DiagnosticList diagnostics;
  std::unique_ptr<FileSystem> files = MakeRealFileSystem();
  std::string root = input.full_path.substr(0, input.full_path.size() - input.path.size());
  testing::ModuleFolder modules(sources, diagnostics, *files, root);
  sema::Check(*modules.LoadText(input.path, std::string(input.text)), modules, diagnostics);
  return Render(sources, diagnostics, DiagnosticFormat::Human);
}

constexpr Stage kStages[] = {
    {"tokens", RunTokens},
    {"ast", RunAst},
    {"syntax", RunSyntax},
    {"check", RunCheck},
};

}  // namespace

std::span<const Stage> Stages() { return kStages; }

}  // namespace plait::golden
