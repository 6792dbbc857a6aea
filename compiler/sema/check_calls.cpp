// Calls: what is called, and what it gives.

#include <algorithm>

#include "compiler/sema/body_checker.h"

namespace plait::sema {

ExprId BodyChecker::Of(const ast::Call& node, const At& at) {
  const ast::Expr* callee = node.callee.has_value() ? &tree().exprs[node.callee] : nullptr;
  if (const auto* name = callee != nullptr ? std::get_if<ast::Name>(&callee->node) : nullptr) {
    return CheckCall({{{name->text, callee->span}}, callee->span, node.callee}, node.arguments, at);
  }
  return CheckCall({{}, {}, node.callee}, node.arguments, at);
}

ExprId BodyChecker::CheckCall(const CalledName& called, const std::vector<ast::Argument>& arguments, const At& at) {
  // What needs no import, where the file declares nothing of that name.
  auto is_built_in = [&](std::string_view name) {
    return called.words.size() == 1 && called.words[0].text == name && FindName(program_, around_, Space::Callable, name) == nullptr;
  };
  if (is_built_in("len")) {
    return CheckLength(arguments, at);
  }
  if (is_built_in("collect")) {
    return CheckCollect(arguments, at);
  }
  if (use_ == Use::Constant) {
    Report(MakeDiagnostic(DiagnosticKind::NotConstant, at.span, "a call is not a constant"));
    MarkUsed(at.id);
    return AddError(at.span);
  }
  std::optional<Callee> callee = ResolveCallee(called);
  if (!callee) {
    for (const ast::Argument& argument : arguments) {
      CheckLoose(argument.value);
    }
    return AddError(at.span);
  }
  BoundArguments bound = BindArguments(*callee, arguments, at.span);
  std::vector<Block::Let> lets = std::move(bound.lets);
  return WithLets(std::move(lets), MakeCall(*callee, std::move(bound), at.span));
}

/// An argument of who knows what: a function there may be meant, as in `xs.map(f)`.
void BodyChecker::CheckLoose(ast::ExprId id) {
  if (id.has_value() && std::holds_alternative<ast::Selector>(tree().exprs[id].node)) {
    return;
  }
  const auto* name = id.has_value() ? std::get_if<ast::Name>(&tree().exprs[id].node) : nullptr;
  if (name != nullptr && FindName(program_, around_, Space::Callable, name->text) != nullptr) {
    MarkUsed(name->text);
    return;
  }
  Check(id);
}

ExprId BodyChecker::MakeCall(const Callee& callee, BoundArguments bound, const Span& span) {
  const Type result = HasDimVariable(callee.signature->result) ? bound.inference.Known(callee.signature->result) : callee.signature->result;
  std::vector<ExprId>& arguments = bound.values;
  if (const auto* operation = std::get_if<Operation>(&callee.target)) {
    bool is_faulty = std::ranges::any_of(arguments, [&](ExprId argument) { return TypeOf(argument).is_error(); });
    return is_faulty ? AddError(span) : CallLibrary(*operation, *callee.signature, std::move(bound), span);
  }
  if (const auto* method = std::get_if<ModelMethod>(&callee.target)) {
    return Add(result, span, CallModel{method->model, method->method, std::move(arguments)});
  }
  return Add(result, span, CallFunction{std::get<FunctionId>(callee.target), std::move(arguments)});
}

ExprId BodyChecker::CheckLength(const std::vector<ast::Argument>& arguments, const At& at) {
  static const Signature kLength{"len", {{"x", Type(), std::nullopt, {}}}, Type::Of(TypeKind::Int), {}};
  ExprId operand = BindArguments({"len", &kLength, {}, false}, arguments, at.span).values[0];
  const Type type = TypeOf(operand);
  std::string_view wants = "a list, a map, a tensor, bytes or a string";
  if (RefuseOperand(operand, "len", wants)) {
    return Add(kLength.result, at.span, Constant{Value::Int(0)});
  }
  bool has_length = type.Is(TypeKind::List) || type.Is(TypeKind::Map) || type.Is(TypeKind::String) || type.Is(TypeKind::Tensor) ||
                    type.Is(TypeKind::Bytes);
  if (!has_length) {
    Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(operand), "`len` wants {}, found `{}`", wants, type.ToString()));
  }
  return Add(kLength.result, at.span, Apply{Operation::Length, {operand}});
}

ExprId BodyChecker::CheckCollect(const std::vector<ast::Argument>& arguments, const At& at) {
  static const Signature kCollect{"collect", {{"stream", Type(), std::nullopt, {}}}, Type(), {}};
  if (use_ == Use::Constant) {
    Report(MakeDiagnostic(DiagnosticKind::NotConstant, at.span, "a stream is not a constant"));
    MarkUsed(at.id);
    return AddError(at.span);
  }
  ExprId operand = BindArguments({"collect", &kCollect, {}, false}, arguments, at.span).values[0];
  const Type type = TypeOf(operand);
  if (type.Is(TypeKind::Stream)) {
    return Collected(operand, at.span);
  }
  if (!RefuseOperand(operand, "collect", "a stream")) {
    Diagnostic diagnostic =
        MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(operand), "`collect` wants a stream, found `{}`", type.ToString());
    Report(type.Is(TypeKind::List) ? std::move(diagnostic).Fix("a list is there already: leave the `collect` out") : std::move(diagnostic));
  }
  return AddError(at.span);
}

std::optional<Callee> BodyChecker::ResolveCallee(const CalledName& called) {
  if (called.words.size() == 1) {
    return ResolveBareCallee({called.words[0].text}, called.words[0].span);
  }
  if (called.words.size() == 2) {
    return ResolveMember({called.words[0].text}, called.words[0].span, called.words[1]);
  }
  if (called.words.size() > 2) {
    Report(MakeDiagnostic(DiagnosticKind::NotCallable, called.span, "a call names at most a module or an edge and one word after it"));
    return std::nullopt;
  }
  if (!called.expr.has_value()) {
    return std::nullopt;
  }
  const ast::Expr& expr = tree().exprs[called.expr];
  const auto* field = std::get_if<ast::Field>(&expr.node);
  if (field != nullptr && !field->is_optional && field->base.has_value()) {
    const ast::Expr& base = tree().exprs[field->base];
    if (const auto* name = std::get_if<ast::Name>(&base.node)) {
      return ResolveMember(*name, base.span, field->name);
    }
    if (std::optional<ServiceId> service = FindQualifiedService(field->base)) {
      if (use_ == Use::Test) {
        return ResolveApi(*service, field->name);
      }
      ReportServiceCall(*service, base.span);
      return std::nullopt;
    }
  }
  ExprId value = Check(field != nullptr && !field->is_optional ? field->base : called.expr);
  if (!TypeOf(value).is_error()) {
    ReportDataCall(expr.span, TypeOf(value), field != nullptr ? field->name.text : "");
  }
  return std::nullopt;
}

std::optional<Callee> BodyChecker::ResolveBareCallee(const ast::Name& node, const Span& span) {
  const Symbol* symbol = FindName(program_, around_, Space::Callable, node.text);
  if (const Binding* edge = bindings_.Use(Space::Callable, node.text)) {
    ReportNotCalledSo(span, node.text, "a service", edge->span, fmt::format("call one of its apis: `{}.…(…)`", node.text));
    return std::nullopt;
  }
  if (symbol != nullptr && symbol->kind == SymbolKind::Function) {
    return CalleeOf(FunctionId{symbol->index});
  }
  if (symbol != nullptr && symbol->kind == SymbolKind::LibraryFunction) {
    return CalleeOf(program_.library[symbol->index]);
  }
  if (symbol != nullptr && symbol->kind == SymbolKind::Service) {
    ReportServiceCall(ServiceId{symbol->index}, span);
    return std::nullopt;
  }
  if (symbol != nullptr && symbol->kind == SymbolKind::Model && IsInline(ModelId{symbol->index})) {
    return ResolveInline(ModelId{symbol->index});
  }
  if (symbol != nullptr) {
    MarkUsed(node.text);
    if (symbol->kind != SymbolKind::Unavailable) {
      std::string_view member = symbol->kind == SymbolKind::Model ? "methods" : "apis";
      ReportNotCalledSo(span, node.text, KindName(symbol->kind), symbol->span,
                        fmt::format("call one of its {}: `{}.…(…)`", member, node.text));
    }
    return std::nullopt;
  }
  if (bindings_.Find(Space::Data, node.text) != nullptr || FindName(program_, around_, Space::Data, node.text) != nullptr) {
    ExprId value = Of(node, At{{}, span, nullptr});
    ReportDataCall(span, TypeOf(value), "");
    return std::nullopt;
  }
  if (const Symbol* type = FindName(program_, around_, Space::Type, node.text)) {
    ReportTypeCall(span, node.text, *type);
    return std::nullopt;
  }
  ReportUnknown({node.text, span});
  return std::nullopt;
}

std::optional<Callee> BodyChecker::ResolveMember(const ast::Name& base, const Span& base_span, const ast::Word& member) {
  if (const Binding* edge = bindings_.Use(Space::Callable, base.text)) {
    return ResolveApi(std::get<ServiceId>(edge->target), member);
  }
  if (const Symbol* symbol = FindName(program_, around_, Space::Callable, base.text)) {
    switch (symbol->kind) {
      case SymbolKind::Model:
        return ResolveMethod(ModelId{symbol->index}, member);
      case SymbolKind::Edge:
        return ResolveEdgeMember(*symbol, base, base_span, member);
      case SymbolKind::Service:
        if (use_ == Use::Test) {
          return ResolveApi(ServiceId{symbol->index}, member);
        }
        ReportServiceCall(ServiceId{symbol->index}, base_span);
        return std::nullopt;
      case SymbolKind::Function:
      case SymbolKind::LibraryFunction:
        ReportNotCalledSo(base_span, base.text, "a function", symbol->span, fmt::format("call it: `{}(…)`", base.text));
        return std::nullopt;
      default:
        return std::nullopt;
    }
  }
  if (const Symbol* outer = FindName(program_, around_, Space::Type, base.text)) {
    if (std::optional<ModuleId> module = UseModule(program_, around_.module, *outer)) {
      return ResolveModuleMember(base.text, *module, member, base_span.To(member.span));
    }
    if (outer->kind == SymbolKind::Unavailable) {
      return std::nullopt;
    }
  }
  if (bindings_.Find(Space::Data, base.text) != nullptr || FindName(program_, around_, Space::Data, base.text) != nullptr) {
    ExprId value = Of(base, At{{}, base_span, nullptr});
    if (!TypeOf(value).is_error()) {
      ReportDataCall(base_span.To(member.span), TypeOf(value), member.text, base.text);
    }
    return std::nullopt;
  }
  ReportUnknown({base.text, base_span});
  return std::nullopt;
}

bool BodyChecker::IsInline(ModelId model) const {
  TaskId task = program_.result.models[model].task;
  return task.has_value() && program_.result.tasks[task].is_inline;
}

/// `m(x)`, where the model's signature stands in its place.
Callee BodyChecker::ResolveInline(ModelId model) {
  program_.models[model.index].is_used = true;
  const Model& info = program_.result.models[model];
  return {info.name, program_.result.tasks[info.task].methods.data(), ModelMethod{model, 0}, false};
}

std::optional<Callee> BodyChecker::ResolveMethod(ModelId model, const ast::Word& member) {
  program_.models[model.index].is_used = true;
  const Model& info = program_.result.models[model];
  if (!info.task.has_value()) {
    return std::nullopt;
  }
  const Task& task = program_.result.tasks[info.task];
  if (task.is_inline) {
    ReportNotCalledSo(member.span, info.name, "a model with a signature of its own", program_.models[model.index].decl->name.span,
                      fmt::format("call it by its name: `{}(…)`", info.name));
    return std::nullopt;
  }
  std::vector<std::string> names;
  for (uint32_t i = 0; i < task.methods.size(); ++i) {
    if (task.methods[i].name == member.text) {
      return Callee{fmt::format("{}.{}", info.name, member.text), &task.methods[i], ModelMethod{model, i}, false};
    }
    names.push_back(task.methods[i].name);
  }
  ReportUnknownMethod(member, fmt::format("the task `{}` has no method", task.name), names, program_.models[model.index].decl->name.span);
  return std::nullopt;
}

std::optional<Callee> BodyChecker::ResolveApi(ServiceId service, const ast::Word& member) {
  const Service& info = program_.result.services[service];
  const Symbol* symbol = program_.services[service.index].scope.Find(Space::Callable, member.text);
  if (symbol != nullptr && symbol->kind == SymbolKind::Function && program_.result.functions[FunctionId{symbol->index}].is_api) {
    return CalleeOf(FunctionId{symbol->index});
  }
  std::vector<std::string> names;
  for (FunctionId api : info.apis) {
    names.push_back(program_.result.functions[api].signature.name);
  }
  ReportUnknownMethod(member, fmt::format("the service `{}` has no api", info.name), names, info.span);
  return std::nullopt;
}

std::optional<Callee> BodyChecker::ResolveEdgeMember(const Symbol& symbol, const ast::Name& base, const Span& base_span,
                                                     const ast::Word& member) {
  EdgeInfo& info = program_.services[around_.service->index].edges[symbol.index];
  info.is_used = true;
  const Edge& edge = program_.result.services[*around_.service].edges[symbol.index];
  if (info.decl->is_list) {
    ReportNotCalledSo(base_span, base.text, "a list of services", symbol.span,
                      fmt::format("call each of them: `[x.{}(…) for x in {}]`", member.text, base.text));
    return std::nullopt;
  }
  return edge.targets.empty() ? std::nullopt : ResolveApi(edge.targets[0], member);
}

std::optional<Callee> BodyChecker::ResolveModuleMember(const std::string& alias, ModuleId module, const ast::Word& member,
                                                       const Span& span) {
  const Scope& scope = program_.modules[module].scope;
  const Symbol* symbol = scope.Find(Space::Callable, member.text);
  if (symbol != nullptr && symbol->kind == SymbolKind::Function) {
    return CalleeOf(FunctionId{symbol->index});
  }
  if (symbol != nullptr && symbol->kind == SymbolKind::LibraryFunction) {
    return CalleeOf(program_.library[symbol->index]);
  }
  if (symbol != nullptr && symbol->kind == SymbolKind::Service) {
    ReportServiceCall(ServiceId{symbol->index}, span);
    return std::nullopt;
  }
  if (symbol != nullptr) {
    return std::nullopt;
  }
  if (const Symbol* type = scope.Find(Space::Type, member.text)) {
    ReportTypeCall(span, fmt::format("{}.{}", alias, member.text), *type);
    return std::nullopt;
  }
  ReportUnknownMember(program_, module, alias, member);
  return std::nullopt;
}

}  // namespace plait::sema
