// Follows imports from the file that is checked.

#include <algorithm>
#include <set>

#include "compiler/sema/stages.h"

namespace plait::sema {
namespace {

std::string TargetText(const ast::Import& import) {
  const auto* path = std::get_if<ast::Path>(&import.target);
  return path != nullptr ? path->ToString() : std::get<std::string>(import.target);
}

/// Whether the parser found what it imports.
bool IsComplete(const ast::Import& import) {
  const auto* path = std::get_if<ast::Path>(&import.target);
  return path != nullptr ? !path->words.empty() && !path->words.back().text.empty() : !std::get<std::string>(import.target).empty();
}

class Loader {
 public:
  explicit Loader(Program& program) : program_(program) {}

  ModuleId Load(const ast::Module& tree, std::string_view name, bool is_standard) {
    ModuleId id = program_.modules.Add({&tree, UniquePrefix(name), is_standard, {}, {}});
    loaded_.emplace_back(&tree, id);
    path_.push_back({&tree, ""});
    for (const ast::Decl& decl : tree.decls) {
      if (const auto* import = std::get_if<ast::Import>(&decl.node); import != nullptr && IsComplete(*import)) {
        ImportInfo info = Follow(tree, *import, is_standard);
        program_.modules[id].imports.push_back(std::move(info));
      }
    }
    path_.pop_back();
    return id;
  }

 private:
  /// A module that is being loaded, with the text that the one before it imports it by.
  struct Step {
    const ast::Module* tree;
    std::string target;
  };

  ImportInfo Follow(const ast::Module& importer, const ast::Import& import, bool importer_is_standard) {
    const auto* path = std::get_if<ast::Path>(&import.target);
    ast::Word alias = import.alias ? *import.alias : path != nullptr ? path->words.back() : ast::Word{"", import.target_span};
    std::string target = TargetText(import);
    const ast::Module* tree = path != nullptr ? program_.sources.Standard(target) : program_.sources.File(importer.file, target);
    if (tree == nullptr) {
      std::string meant = ReportNotFound(import, target).value_or("");
      return {std::move(alias), {}, false, import.alias ? "" : meant.substr(meant.rfind('.') + 1)};
    }
    if (auto open = std::ranges::find(path_, tree, &Step::tree); open != path_.end()) {
      ReportCycle(import, static_cast<size_t>(open - path_.begin()), target);
      return {std::move(alias), {}};
    }
    if (auto known = std::ranges::find(loaded_, tree, [](const auto& entry) { return entry.first; }); known != loaded_.end()) {
      return {std::move(alias), known->second};
    }
    path_.back().target = target;
    ModuleId module = Load(*tree, path != nullptr ? path->words.back().text : alias.text, path != nullptr || importer_is_standard);
    return {std::move(alias), module};
  }

  /// `text` is `text.`, a second module of that name `text2.`.
  std::string UniquePrefix(std::string_view name) {
    if (name.empty()) {
      return "";
    }
    std::string prefix = std::string(name) + ".";
    for (int i = 2; !prefixes_.insert(prefix).second; ++i) {
      prefix = fmt::format("{}{}.", name, i);
    }
    return prefix;
  }

  /// Gives the module that was probably meant.
  std::optional<std::string> ReportNotFound(const ast::Import& import, const std::string& target) {
    bool is_file = std::holds_alternative<std::string>(import.target);
    Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::ImportNotFound, import.target_span, "{} `{}` was not found",
                                           is_file ? "the file" : "the module", target);
    std::vector<std::string> names = program_.sources.StandardNames();
    std::optional<std::string> near = is_file ? std::nullopt : program_.reporter.Suggest(target, names);
    if (is_file) {
      diagnostic.notes.emplace_back("the path is taken from the folder of the file that imports");
    } else if (near) {
      diagnostic.fixes.push_back({fmt::format("did you mean `{}`?", *near), import.target_span, *near});
    } else {
      diagnostic.notes.push_back(fmt::format("standard modules: {}", fmt::join(names, ", ")));
    }
    program_.reporter.Report(std::move(diagnostic));
    return near;
  }

  /// The steps from `first` on import each other, the last one by `target`.
  void ReportCycle(const ast::Import& import, size_t first, const std::string& target) {
    std::string text = target;
    for (size_t i = first; i + 1 < path_.size(); ++i) {
      text += " → " + path_[i].target;
    }
    program_.reporter.Report(
        MakeDiagnostic(DiagnosticKind::ImportCycle, import.target_span, "modules import each other in a circle: {} → {}", text, target)
            .Note("move what they share into a third module"));
  }

  Program& program_;
  std::vector<std::pair<const ast::Module*, ModuleId>> loaded_;
  std::vector<Step> path_;
  std::set<std::string> prefixes_;
};

}  // namespace

void LoadModules(Program& program, const ast::Module& root) { Loader(program).Load(root, "", false); }

}  // namespace plait::sema
