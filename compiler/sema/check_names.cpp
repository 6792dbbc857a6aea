// What names stand for in a body, and what becomes of them at the end of their scope.

#include "compiler/sema/body_checker.h"
#include "compiler/sema/constants.h"
#include "compiler/sema/words_in.h"

namespace plait::sema {

ExprId BodyChecker::NotAValue(const Span& span, std::string_view name, const Symbol& symbol) {
  if (symbol.kind != SymbolKind::Unavailable) {
    Diagnostic diagnostic =
        MakeDiagnostic(DiagnosticKind::NotAValue, span, "`{}` is {} and cannot be used as data", name, KindName(symbol.kind));
    if (symbol.kind == SymbolKind::Function || symbol.kind == SymbolKind::LibraryFunction || symbol.kind == SymbolKind::Model ||
        symbol.kind == SymbolKind::Edge) {
      diagnostic.notes.emplace_back("only its calls give data");
    }
    if (symbol.span.file.has_value()) {
      diagnostic.secondary.push_back({symbol.span, "declared here"});
    }
    Report(std::move(diagnostic));
  }
  return AddError(span);
}

ExprId BodyChecker::ConstantOf(const Symbol& symbol, const Span& span) {
  if (symbol.kind != SymbolKind::Const) {
    return AddError(span);
  }
  const ConstInfo& info = EvaluateConst(program_, symbol.index, span);
  return Add(info.type, span, Constant{info.value});
}

std::optional<ExprId> BodyChecker::CheckModuleMember(const ast::Field& node, const At& at) {
  const auto* base = node.base.has_value() ? std::get_if<ast::Name>(&tree().exprs[node.base].node) : nullptr;
  if (base == nullptr || bindings_.Find(Space::Data, base->text) != nullptr ||
      FindName(program_, around_, Space::Data, base->text) != nullptr || bindings_.Find(Space::Callable, base->text) != nullptr ||
      FindName(program_, around_, Space::Callable, base->text) != nullptr) {
    return std::nullopt;
  }
  const Symbol* outer = FindName(program_, around_, Space::Type, base->text);
  std::optional<ModuleId> module = outer != nullptr ? UseModule(program_, around_.module, *outer) : std::nullopt;
  if (!module) {
    return std::nullopt;
  }
  for (Space space : {Space::Data, Space::Callable, Space::Type}) {
    if (const Symbol* symbol = program_.modules[*module].scope.Find(space, node.name.text)) {
      return space == Space::Data ? ConstantOf(*symbol, at.span)
                                  : NotAValue(at.span, fmt::format("{}.{}", base->text, node.name.text), *symbol);
    }
  }
  ReportUnknownMember(program_, *module, base->text, node.name);
  return AddError(at.span);
}

/// The enum that `Name` or `module.Name` stands for, if it does.
const EnumInfo* BodyChecker::FindEnum(ast::ExprId id) {
  if (!id.has_value()) {
    return nullptr;
  }
  const ast::Expr& expr = tree().exprs[id];
  const Symbol* symbol = nullptr;
  if (const auto* name = std::get_if<ast::Name>(&expr.node)) {
    bool is_data = bindings_.Find(Space::Data, name->text) != nullptr || FindName(program_, around_, Space::Data, name->text) != nullptr;
    symbol = is_data ? nullptr : FindName(program_, around_, Space::Type, name->text);
  } else if (const auto* field = std::get_if<ast::Field>(&expr.node); field != nullptr && field->base.has_value()) {
    const auto* base = std::get_if<ast::Name>(&tree().exprs[field->base].node);
    const Symbol* outer = base != nullptr ? FindName(program_, around_, Space::Type, base->text) : nullptr;
    bool is_module = outer != nullptr && outer->kind == SymbolKind::Module;
    std::optional<ModuleId> module = is_module ? UseModule(program_, around_.module, *outer) : std::nullopt;
    symbol = module ? program_.modules[*module].scope.Find(Space::Type, field->name.text) : nullptr;
  }
  return symbol != nullptr && symbol->kind == SymbolKind::Enum ? &program_.enums[symbol->index] : nullptr;
}

/// `Verdict.ham`, or nothing where the base is no enum.
std::optional<ExprId> BodyChecker::CheckVariant(const ast::Field& node, const At& at) {
  const EnumInfo* info = FindEnum(node.base);
  if (info == nullptr) {
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (const EnumVariant& variant : program_.result.types.enums[info->name]) {
    if (variant.name == node.name.text) {
      return Add(Type::Enum(info->name), at.span, Constant{Value::String(variant.label)});
    }
    names.push_back(variant.name);
  }
  if (!node.name.text.empty()) {
    ReportUnknownMethod(node.name, fmt::format("the enum `{}` has no variant", info->name), names, info->decl->name.span);
  }
  return AddError(at.span);
}

/// The name of the enum before the last word of a pattern's path; empty where there is none.
std::string BodyChecker::EnumBefore(const ast::Path& path) {
  const ast::Word& first = path.words.front();
  const Symbol* symbol = FindName(program_, around_, Space::Type, first.text);
  if (symbol != nullptr && path.words.size() == 3) {
    std::optional<ModuleId> module = UseModule(program_, around_.module, *symbol);
    symbol = module ? program_.modules[*module].scope.Find(Space::Type, path.words[1].text) : nullptr;
  }
  return symbol != nullptr && symbol->kind == SymbolKind::Enum ? program_.enums[symbol->index].name : "";
}

LocalId BodyChecker::DeclareLocal(const ast::Word& name, Type type, BindingKind kind) {
  LocalId local = function_.locals.Add({name.text, std::move(type), name.span});
  Declare(name, kind, local);
  return local;
}

void BodyChecker::Declare(const ast::Word& name, BindingKind kind, decltype(Binding::target) target) {
  Binding binding{name.text, name.span, kind, std::move(target)};
  if (name.text.empty()) {
    binding.name = "_";
  }
  const Symbol* outer =
      binding.name == "_" ? nullptr : FindName(program_, around_, binding.is_data() ? Space::Data : Space::Callable, name.text);
  std::optional<Clash> clash = bindings_.Declare(std::move(binding));
  if (clash && clash->is_same_scope) {
    Report(MakeDiagnostic(DiagnosticKind::DuplicateName, name.span, "`{}` is declared twice", name.text)
               .Also(clash->span, "first declared here")
               .Note("there is no assignment; give the second value its own name"));
    return;
  }
  if (clash || outer != nullptr) {
    Report(MakeDiagnostic(DiagnosticKind::HiddenName, name.span, "`{}` hides a name that is already there", name.text)
               .Also(clash ? clash->span : outer->span, "declared here"));
  }
}

void BodyChecker::LeaveScope() {
  for (const Binding& binding : bindings_.Leave()) {
    if (use_ == Use::Constant || tree().has_errors || binding.is_used || binding.kind == BindingKind::Variable ||
        binding.name.starts_with("_")) {
      continue;
    }
    bool is_parameter = binding.kind == BindingKind::Parameter;
    Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::Unused, binding.span, "{} `{}` is never used",
                                           is_parameter ? "the parameter" : "the value", binding.name);
    diagnostic.fixes.push_back({fmt::format("remove it, or name it `_{}`", binding.name), {}, ""});
    Report(std::move(diagnostic));
  }
}

void BodyChecker::ReportUnknown(const ast::Word& word) {
  std::vector<std::string> locals = program_.reporter.may_suggest(word.text) ? bindings_.Names() : std::vector<std::string>();
  if (std::optional<std::string> meant = ReportUnknownName(program_, around_, word, locals)) {
    MarkUsed(*meant);
  }
}

void BodyChecker::MarkUsed(std::string_view name) {
  bindings_.Use(Space::Data, name);
  bindings_.Use(Space::Callable, name);
  if (const Symbol* symbol = FindName(program_, around_, Space::Callable, name)) {
    if (symbol->kind == SymbolKind::Model) {
      program_.models[symbol->index].is_used = true;
    } else if (symbol->kind == SymbolKind::Edge) {
      program_.services[around_.service->index].edges[symbol->index].is_used = true;
    }
  }
  if (const Symbol* symbol = FindName(program_, around_, Space::Type, name)) {
    UseModule(program_, around_.module, *symbol);
  }
}

void BodyChecker::MarkUsed(ast::ExprId id) {
  for (std::string_view word : WordsIn(tree(), id)) {
    MarkUsed(word);
  }
}

}  // namespace plait::sema
