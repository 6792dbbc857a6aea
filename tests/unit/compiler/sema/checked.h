// A source text through lexer, parser and checker, for tests.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "compiler/base/file_system.h"
#include "compiler/sema/check.h"
#include "tests/support/module_folder.h"

namespace plait::testing {

struct Checked {
  sema::TypedModule module;
  std::vector<Diagnostic> diagnostics;

  /// The codes of what was reported, in the order of the text.
  [[nodiscard]] std::vector<std::string> Codes() const {
    std::vector<std::string> codes;
    for (const Diagnostic& diagnostic : diagnostics) {
      codes.emplace_back(GetDiagnosticInfo(diagnostic.kind).code);
    }
    return codes;
  }

  [[nodiscard]] std::string Dump() const { return sema::Dump(module); }
};

/// `files` are what the text, `main.graph`, may import.
inline Checked CheckText(const std::string& text, const std::vector<std::pair<std::string, std::string>>& files = {}) {
  InMemoryFileSystem disk;
  for (const auto& [path, content] : files) {
    disk.Add(path, content);
  }
  SourceManager sources;
  DiagnosticList diagnostics;
  ModuleFolder modules(sources, diagnostics, disk, "");
  const ast::Module* module = modules.LoadText("main.graph", text);
  Checked checked;
  checked.module = sema::Check(*module, modules, diagnostics);
  diagnostics.SortAndMergeEqual();
  checked.diagnostics = diagnostics.diagnostics();
  return checked;
}

}  // namespace plait::testing
