// What each stage makes of a source file.
#include "tests/golden/stages.h"

#include "compiler/base/file_system.h"
#include "compiler/diagnostics/render.h"
#include "compiler/document/document.h"
#include "compiler/driver/compilation.h"
#include "compiler/format/format.h"
#include "compiler/plan/views.h"
#include "compiler/sema/check.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"
#include "tests/golden/golden_files.h"
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

/// The file in its one form; what was reported where it has faults.
std::string RunFormat(const Input& input) {
  SourceManager sources;
  DiagnosticList diagnostics;
  FileId file = sources.Add(input.path, std::string(input.text));
  TokenBuffer tokens = Lex(sources, file, diagnostics);
  ast::Module module = Parse(sources, tokens, diagnostics);
  return module.has_errors ? Render(sources, diagnostics, DiagnosticFormat::Human) : Format(sources, tokens, module);
}

/// The documentation as Markdown, and where the file's name says so as HTML.
std::string RunDoc(const Input& input) {
  SourceManager sources;
  DiagnosticList diagnostics;
  FileId file = sources.Add(input.path, std::string(input.text));
  TokenBuffer tokens = Lex(sources, file, diagnostics);
  document::ModuleDocument documented = document::Describe(sources, tokens, Parse(sources, tokens, diagnostics), input.path);
  return input.path.find("html") == std::string::npos ? document::ToMarkdown(documented) : document::ToHtml(documented);
}

/// What is reported up to the checker. Imports are read from the file's own folder.
std::string RunCheckAs(DiagnosticFormat format, const Input& input) {
  SourceManager sources;
  DiagnosticList diagnostics;
  std::unique_ptr<FileSystem> files = MakeRealFileSystem();
  std::string root = input.full_path.substr(0, input.full_path.size() - input.path.size());
  testing::ModuleFolder modules(sources, diagnostics, *files, root);
  sema::Check(*modules.LoadText(input.path, std::string(input.text)), modules, diagnostics);
  return Render(sources, diagnostics, format);
}

std::string RunCheck(const Input& input) { return RunCheckAs(DiagnosticFormat::Human, input); }
std::string RunSarif(const Input& input) { return RunCheckAs(DiagnosticFormat::Sarif, input); }
std::string RunGithub(const Input& input) { return RunCheckAs(DiagnosticFormat::Github, input); }

/// Two cores and round figures, so that plans do not depend on where the tests run.
Machine GoldenMachine() {
  Machine machine;
  machine.cores = 2;
  machine.gpus = 0;
  machine.core_read_bandwidth = 20e9;
  machine.read_bandwidth = 30e9;
  machine.core_fp32_peak = 100e9;
  machine.memory = 16'000'000'000;
  return machine;
}

/// The whole road. Models are those whose folders stand beside the test.
Compilation CompileGolden(const Input& input, Stop stop) {
  std::string root = input.full_path.substr(0, input.full_path.size() - input.path.size());
  GoldenFiles files(root, input.path, input.text);
  CompileOptions options;
  options.stop = stop;
  options.machine = GoldenMachine();
  options.places = ModelPlaces{{"models"}, ""};
  return *Compile(files, input.path, options);
}

std::string RunIr(const Input& input) { return Emit(CompileGolden(input, Stop::Ir), Stop::Ir); }
std::string RunPlan(const Input& input) { return Emit(CompileGolden(input, Stop::Plan), Stop::Plan); }
std::string RunDescribe(const Input& input) {
  Compilation compilation = CompileGolden(input, Stop::Plan);
  return plan::DescribeForPeople(*compilation.plan, {}) + plan::Explain(*compilation.plan, {});
}
std::string RunDot(const Input& input) { return plan::ToDot(*CompileGolden(input, Stop::Plan).plan, {}); }
std::string RunMermaid(const Input& input) { return plan::ToMermaid(*CompileGolden(input, Stop::Plan).plan, {}); }

/// What is reported with the models' metadata and the machine at hand.
std::string RunModels(const Input& input) {
  Compilation compilation = CompileGolden(input, Stop::Plan);
  return Render(compilation.sources, compilation.diagnostics, DiagnosticFormat::Human);
}

constexpr Stage kStages[] = {
    {"tokens", RunTokens},     {"ast", RunAst},     {"syntax", RunSyntax},   {"format", RunFormat}, {"check", RunCheck},
    {"models", RunModels},     {"sarif", RunSarif}, {"github", RunGithub},   {"ir", RunIr},         {"plan", RunPlan},
    {"describe", RunDescribe}, {"dot", RunDot},     {"mermaid", RunMermaid}, {"doc", RunDoc},
};

}  // namespace

std::span<const Stage> Stages() { return kStages; }

}  // namespace plait::golden
