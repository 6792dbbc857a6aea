// What stands where something to call should stand, and how it is said.

#include "compiler/sema/body_checker.h"

namespace plait::sema {
namespace {

/// `inference_graph` for `shared.InferenceGraph`.
std::string EdgeNameFor(std::string_view service) {
  std::string name;
  for (char c : service.substr(service.rfind('.') + 1)) {
    bool is_upper = c >= 'A' && c <= 'Z';
    if (is_upper && !name.empty()) {
      name += '_';
    }
    name += is_upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return name;
}

}  // namespace

Callee BodyChecker::CalleeOf(FunctionId id) const {
  const Function& function = program_.result.functions[id];
  return {QualifiedName(program_.result, function), &function.signature, id,
          !program_.modules[program_.functions[id.index].module].is_standard};
}

Callee BodyChecker::CalleeOf(const LibraryFunction& function) {
  return {function.signature.name, &function.signature, function.operation, false};
}

std::optional<ServiceId> BodyChecker::FindQualifiedService(ast::ExprId id) {
  const auto* field = std::get_if<ast::Field>(&tree().exprs[id].node);
  const auto* base = field != nullptr && field->base.has_value() ? std::get_if<ast::Name>(&tree().exprs[field->base].node) : nullptr;
  const Symbol* outer = base != nullptr ? FindName(program_, around_, Space::Type, base->text) : nullptr;
  std::optional<ModuleId> module = outer != nullptr ? UseModule(program_, around_.module, *outer) : std::nullopt;
  const Symbol* symbol = module ? program_.modules[*module].scope.Find(Space::Callable, field->name.text) : nullptr;
  return symbol != nullptr && symbol->kind == SymbolKind::Service ? std::optional(ServiceId{symbol->index}) : std::nullopt;
}

void BodyChecker::ReportServiceCall(ServiceId service, const Span& span) {
  const Service& info = program_.result.services[service];
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::NotCallable, span, "a service is called through an edge");
  diagnostic.secondary.push_back({info.span, fmt::format("`{}` is declared here", info.name)});
  if (!around_.service) {
    diagnostic.notes.emplace_back("only a service can have edges; move the call into one");
  } else if (around_.service == service) {
    diagnostic.fixes.push_back({"an api of the same service is called by its bare name", {}, ""});
  } else if (const std::string* edge = FindEdgeTo(service)) {
    diagnostic.fixes.push_back({fmt::format("call it as `{}`", *edge), span, *edge});
  } else {
    std::string name = EdgeNameFor(info.name);
    diagnostic.fixes.push_back(
        {fmt::format("add `uses {0}: {1}` to `{2}` and call `{0}.…(…)`", name, info.name, program_.result.services[*around_.service].name),
         {},
         ""});
  }
  Report(std::move(diagnostic));
}

/// The name of an edge of the service around that leads to that service alone.
const std::string* BodyChecker::FindEdgeTo(ServiceId service) {
  for (size_t i = 0; i < program_.result.services[*around_.service].edges.size(); ++i) {
    const Edge& edge = program_.result.services[*around_.service].edges[i];
    EdgeInfo& info = program_.services[around_.service->index].edges[i];
    if (!info.decl->is_list && edge.targets == std::vector<ServiceId>{service}) {
      info.is_used = true;
      return &edge.name;
    }
  }
  return nullptr;
}

void BodyChecker::ReportNotCalledSo(const Span& span, std::string_view name, std::string_view kind, const Span& declared, std::string fix) {
  Report(MakeDiagnostic(DiagnosticKind::NotCallable, span, "`{}` is {} and cannot be called so", name, kind)
             .Also(declared, "declared here")
             .Fix(std::move(fix)));
}

void BodyChecker::ReportTypeCall(const Span& span, std::string_view name, const Symbol& symbol) {
  if (symbol.kind == SymbolKind::Unavailable) {
    return;
  }
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::NotCallable, span, "`{}` is {} and cannot be called", name, KindName(symbol.kind));
  if (symbol.kind == SymbolKind::Record) {
    diagnostic.fixes.push_back({fmt::format("write `{} {{ … }}`", name), {}, ""});
  }
  Report(std::move(diagnostic).Also(symbol.span, "declared here"));
}

void BodyChecker::ReportDataCall(const Span& span, const Type& type, const std::string& method, std::string_view base) {
  if (type.is_error()) {
    return;
  }
  std::string_view list = base.empty() ? "xs" : base;
  Diagnostic diagnostic = method.empty()
                              ? MakeDiagnostic(DiagnosticKind::NotCallable, span, "data cannot be called; this is `{}`", type.ToString())
                              : MakeDiagnostic(DiagnosticKind::NotCallable, span, "data has no methods; this is `{}`", type.ToString());
  if (type.Is(TypeKind::List) && (method == "map" || method == "forEach")) {
    diagnostic.fixes.push_back({fmt::format("write a comprehension: `[f(x) for x in {}]`", list), {}, ""});
  } else if (type.Is(TypeKind::List) && method == "filter") {
    diagnostic.fixes.push_back({fmt::format("write a comprehension: `[x for x in {} if p(x)]`", list), {}, ""});
  } else if (method == "len" || method == "length" || method == "size") {
    diagnostic.fixes.push_back({fmt::format("write `len({})`", list), {}, ""});
  }
  Report(std::move(diagnostic));
}

void BodyChecker::ReportUnknownMethod(const ast::Word& member, const std::string& what, const std::vector<std::string>& names,
                                      const Span& declared) {
  std::optional<std::string> near = program_.reporter.Suggest(member.text, names);
  if (member.text.empty() || (!near && tree().has_errors)) {
    return;  // the parser has said what is wrong there, or where the declaration may stand
  }
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::UnknownName, member.span, "{} `{}`", what, member.text);
  diagnostic.secondary.push_back({declared, names.empty() ? "it has none" : fmt::format("it has: {}", Listed(names))});
  if (near) {
    diagnostic.fixes.push_back({fmt::format("did you mean `{}`?", *near), member.span, *near});
  }
  Report(std::move(diagnostic));
}

}  // namespace plait::sema
