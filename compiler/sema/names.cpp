#include "compiler/sema/names.h"

#include <algorithm>
#include <utility>

namespace plait::sema {
namespace {

constexpr std::pair<std::string_view, std::string_view> kForeignTypes[] = {
    {"str", "string"}, {"String", "string"},   {"boolean", "bool"}, {"Bool", "bool"},  {"integer", "int"}, {"i64", "int"},
    {"i32", "int"},    {"double", "float"},    {"number", "float"}, {"f64", "float"},  {"f32", "float"},   {"any", "json"},
    {"Any", "json"},   {"dict", "{ a: int }"}, {"list", "[int]"},   {"List", "[int]"}, {"True", "true"},   {"None", "null"},
};

void AddNames(const Scope& scope, std::vector<std::string>& names) {
  for (const Scope::Names& space : scope.spaces) {
    for (const auto& [name, symbol] : space) {
      names.push_back(name);
    }
  }
}

bool Declares(const Scope& scope, std::string_view name) {
  return scope.Find(Space::Type, name) != nullptr || scope.Find(Space::Callable, name) != nullptr ||
         scope.Find(Space::Data, name) != nullptr;
}

/// `text.Label` for `Label`, where exactly that name stands in an imported module.
std::optional<std::string> InImports(const Program& program, ModuleId module, std::string_view name) {
  for (const ImportInfo& import : program.modules[module].imports) {
    if (import.module.has_value() && Declares(program.modules[import.module].scope, name)) {
      return fmt::format("{}.{}", import.alias.text, name);
    }
  }
  return std::nullopt;
}

std::optional<std::string> FindReplacement(Program& program, const Surroundings& around, const ast::Word& word,
                                           std::span<const std::string> locals) {
  for (const auto& [foreign, ours] : kForeignTypes) {
    if (word.text == foreign) {
      return std::string(ours);
    }
  }
  if (std::optional<std::string> qualified = InImports(program, around.module, word.text)) {
    return qualified;
  }
  if (!program.reporter.may_suggest(word.text)) {
    return std::nullopt;
  }
  std::vector<std::string> names(locals.begin(), locals.end());
  if (around.service) {
    AddNames(program.services[around.service->index].scope, names);
  }
  AddNames(program.modules[around.module].scope, names);
  for (const char* builtin : {"int", "float", "string", "bool", "json", "len"}) {
    names.emplace_back(builtin);
  }
  std::erase(names, word.text);
  return program.reporter.Suggest(word.text, names);
}

}  // namespace

std::string_view KindName(SymbolKind kind) {
  switch (kind) {
    case SymbolKind::Record:
      return "a record";
    case SymbolKind::Enum:
      return "an enum";
    case SymbolKind::Task:
      return "a task";
    case SymbolKind::Module:
      return "a module";
    case SymbolKind::Function:
    case SymbolKind::LibraryFunction:
      return "a function";
    case SymbolKind::Service:
      return "a service";
    case SymbolKind::Template:
      return "a service template";
    case SymbolKind::Model:
      return "a model";
    case SymbolKind::Edge:
      return "an edge";
    case SymbolKind::Const:
      return "a constant";
    case SymbolKind::Unavailable:
      break;
  }
  return "a name";
}

const Symbol* FindName(const Program& program, const Surroundings& around, Space space, std::string_view name) {
  if (around.service) {
    if (const Symbol* symbol = program.services[around.service->index].scope.Find(space, name)) {
      return symbol;
    }
  }
  return program.modules[around.module].scope.Find(space, name);
}

std::optional<ModuleId> UseModule(Program& program, ModuleId importer, const Symbol& symbol) {
  if (symbol.kind != SymbolKind::Module) {
    return std::nullopt;
  }
  ImportInfo& import = program.modules[importer].imports[symbol.index];
  import.is_used = true;
  return import.module;
}

namespace {

/// A name of the space that is wanted; else of another one, so that the caller can say what it is instead.
const Symbol* FindPreferring(const Program& program, const Surroundings& around, Space space, std::string_view name) {
  const Symbol* symbol = FindName(program, around, space, name);
  for (Space other : kSpaces) {
    symbol = symbol != nullptr ? symbol : FindName(program, around, other, name);
  }
  return symbol;
}

}  // namespace

std::optional<FoundSymbol> ResolvePath(Program& program, const Surroundings& around, const ast::Path& path, Space space) {
  if (path.words.empty()) {
    return std::nullopt;  // the parser has said what is wrong there
  }
  const ast::Word& first = path.words.front();
  if (path.words.size() == 1) {
    const Symbol* symbol = FindPreferring(program, around, space, first.text);
    if (symbol == nullptr) {
      ReportUnknownName(program, around, first);
      return std::nullopt;
    }
    return FoundSymbol{*symbol, around.module};
  }
  const Symbol* outer = FindName(program, around, Space::Type, first.text);
  if (outer != nullptr && outer->kind == SymbolKind::Unavailable) {
    return FoundSymbol{*outer, around.module};
  }
  std::optional<ModuleId> module = outer != nullptr ? UseModule(program, around.module, *outer) : std::nullopt;
  if (!module) {
    ReportUnknownName(program, around, first);
    return std::nullopt;
  }
  const Symbol* symbol = FindPreferring(program, {*module, std::nullopt}, space, path.words[1].text);
  if (symbol == nullptr || symbol->kind == SymbolKind::Module || path.words.size() > 2) {
    ReportUnknownMember(program, *module, first.text, path.words[symbol == nullptr ? 1 : path.words.size() - 1]);
    return std::nullopt;
  }
  return FoundSymbol{*symbol, *module};
}

std::optional<std::string> ReportUnknownName(Program& program, const Surroundings& around, const ast::Word& word,
                                             std::span<const std::string> locals) {
  if (word.text.empty()) {
    return std::nullopt;  // the parser has said what is wrong there
  }
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::UnknownName, word.span, "nothing is named `{}` here", word.text);
  std::vector<std::string> standard = program.sources.StandardNames();
  std::optional<std::string> near;
  if (std::ranges::find(standard, "std." + word.text) != standard.end()) {
    diagnostic.fixes.push_back({fmt::format("add `import std.{}` at the top of the file", word.text), {}, ""});
  } else if (near = FindReplacement(program, around, word, locals); near) {
    diagnostic.fixes.push_back({fmt::format("did you mean `{}`?", *near), word.span, *near});
  } else if (program.modules[around.module].tree->has_errors) {
    return std::nullopt;
  }
  program.reporter.Report(std::move(diagnostic));
  return near;
}

void ReportUnknownMember(Program& program, ModuleId module, const std::string& alias, const ast::Word& word) {
  if (word.text.empty()) {
    return;  // the parser has said what is wrong there
  }
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::UnknownName, word.span,
                                         "the module `{}` declares nothing named `{}` that can stand here", alias, word.text);
  std::vector<std::string> names;
  if (program.reporter.may_suggest(word.text)) {
    AddNames(program.modules[module].scope, names);
  }
  std::erase(names, word.text);
  if (std::optional<std::string> near = program.reporter.Suggest(word.text, names)) {
    diagnostic.fixes.push_back({fmt::format("did you mean `{}`?", *near), word.span, *near});
  } else if (program.modules[module].tree->has_errors) {
    return;
  }
  program.reporter.Report(std::move(diagnostic));
}

}  // namespace plait::sema
