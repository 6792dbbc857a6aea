// Comprehensions: over data a loop, over edges one copy an edge.

#include <algorithm>

#include "compiler/sema/body_checker.h"
#include "compiler/sema/types.h"

namespace plait::sema {

ExprId BodyChecker::Of(const ast::Comprehension& node, const At& at) {
  if (node.clauses.empty()) {
    return AddError(at.span);
  }
  return CheckClauses(node, 0, at);
}

/// A list of what the clauses from `first` on give, or a stream where one of their sources is a stream.
ExprId BodyChecker::CheckClauses(const ast::Comprehension& node, size_t first, const At& at) {
  const Symbol* edge = FindEdge(node.clauses[first].source);
  return edge != nullptr ? UnrollEdges(node, first, at, *edge) : CheckDataClauses(node, first, at);
}

/// The edge that a clause goes over, if its source names one.
const Symbol* BodyChecker::FindEdge(ast::ExprId source) {
  const ast::Expr* expr = source.has_value() ? &tree().exprs[source] : nullptr;
  while (expr != nullptr && std::holds_alternative<ast::Parenthesized>(expr->node)) {
    expr = &tree().exprs[std::get<ast::Parenthesized>(expr->node).inner];
  }
  const auto* name = expr != nullptr ? std::get_if<ast::Name>(&expr->node) : nullptr;
  if (name == nullptr || bindings_.Find(Space::Data, name->text) != nullptr ||
      FindName(program_, around_, Space::Data, name->text) != nullptr) {
    return nullptr;
  }
  const Symbol* symbol = FindName(program_, around_, Space::Callable, name->text);
  return symbol != nullptr && symbol->kind == SymbolKind::Edge ? symbol : nullptr;
}

/// Of lists one list; where some of it is a stream, one stream.
ExprId BodyChecker::Flatten(ExprId lists, const Span& span) {
  const Type type = TypeOf(lists);
  if (type.is_error()) {
    return lists;
  }
  if (!HoldsStream(type)) {
    return Add(type.item(), span, Apply{Operation::Flatten, {lists}});
  }
  Type piece = type.item().item();
  return Add(Type::Stream(std::move(piece)), span, Apply{Operation::Flatten, {AsStream(lists, span)}});
}

ExprId BodyChecker::AsStream(ExprId list, const Span& span) {
  const Type type = TypeOf(list);
  return type.Is(TypeKind::Stream) ? list : Add(Type::Stream(type.item()), span, Apply{Operation::ListStream, {list}});
}

ExprId BodyChecker::Collected(ExprId stream, const Span& span) {
  const Type piece = TypeOf(stream).item();
  LocalId local = function_.locals.Add({"piece", piece, span});
  Comprehension loop;
  loop.clauses.push_back({std::nullopt, local, stream, std::nullopt});
  loop.element = Add(piece, span, LocalRef{local});
  return Add(Type::List(piece), span, std::move(loop));
}

bool BodyChecker::ReadsStream(const Comprehension& loop) const {
  return std::ranges::any_of(loop.clauses, [&](const ForClause& clause) { return TypeOf(clause.source).Is(TypeKind::Stream); });
}

// Data --------------------------------------------------------------------------------------------------------------------------------

ExprId BodyChecker::CheckDataClauses(const ast::Comprehension& node, size_t first, const At& at) {
  Comprehension loop;
  std::vector<Block::Let> lets;
  bindings_.Enter();
  size_t next = first;
  do {
    loop.clauses.push_back(CheckDataClause(node.clauses[next], lets));
    ++next;
  } while (lets.empty() && next < node.clauses.size() && FindEdge(node.clauses[next].source) == nullptr);
  bool is_last = next == node.clauses.size();
  const bool is_stream = ReadsStream(loop);
  const bool wants_list = at.want != nullptr && at.want->type.Is(is_stream ? TypeKind::Stream : TypeKind::List);
  if (!is_last) {
    loop.element = CheckClauses(node, next, at);
  } else if (wants_list) {
    loop.element = CheckAs(node.element, at.want->Of(at.want->type.item()));
  } else {
    loop.element = Check(node.element);
  }
  loop.element = WithLets(std::move(lets), loop.element);
  LeaveScope();
  Type item = TypeOf(loop.element);
  if (is_last && wants_list) {
    item = at.want->type.item();
  }
  Type all = item.is_error() ? Type() : is_stream ? Type::Stream(std::move(item)) : Type::List(std::move(item));
  ExprId list = Add(std::move(all), at.span, std::move(loop));
  return is_last ? list : Flatten(list, at.span);
}

ForClause BodyChecker::CheckDataClause(const ast::ForClause& clause, std::vector<Block::Let>& lets) {
  ForClause result;
  result.source = Check(clause.source);
  const Type type = TypeOf(result.source);
  if (type.Is(TypeKind::Map)) {
    return CheckMapClause(clause, result.source, lets);
  }
  Type item;
  if (type.Is(TypeKind::List) || type.Is(TypeKind::Stream)) {
    item = type.item();
  } else if (std::string_view wants = "a list, a map or a stream"; !RefuseOperand(result.source, "for", wants)) {
    Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(result.source), "`for` wants {}, found `{}`", wants, type.ToString()));
  }
  if (clause.index) {
    result.index = DeclareLocal(*clause.index, Type::Of(TypeKind::Int), BindingKind::Variable);
  }
  result.item = DeclareLocal(clause.item, std::move(item), BindingKind::Variable);
  if (clause.condition) {
    result.condition = CheckAs(*clause.condition, {Type::Of(TypeKind::Bool), {}, ""});
  }
  return result;
}

// Edges -------------------------------------------------------------------------------------------------------------------------------

ExprId BodyChecker::UnrollEdges(const ast::Comprehension& node, size_t first, const At& at, const Symbol& edge) {
  EdgeInfo& info = program_.services[around_.service->index].edges[edge.index];
  info.is_used = true;
  // A copy: checking an element adds nothing to the services, but a reference would hold on to a store.
  const std::vector<ServiceId> targets = program_.result.services[*around_.service].edges[edge.index].targets;
  if (targets.empty() || IsTooMuch(targets.size(), at)) {
    MarkUsed(at.id);
    return AddError(at.span);
  }
  MakeList rounds;
  copies_ *= targets.size();
  for (size_t i = 0; i < targets.size(); ++i) {
    rounds.items.push_back(CheckRound(node, first, at, targets[i], static_cast<int64_t>(i)));
  }
  copies_ /= targets.size();
  if (ReportDifferingEdges(node, rounds.items, edge)) {
    return AddError(at.span);
  }
  bool is_flat = first + 1 == node.clauses.size() && !node.clauses[first].condition;
  if (is_flat && at.want != nullptr && at.want->type.Is(TypeKind::List)) {
    Expectation want = at.want->Of(at.want->type.item());
    std::ranges::transform(rounds.items, rounds.items.begin(), [&](ExprId item) { return Convert(item, want); });
    return Add(at.want->type, at.span, std::move(rounds));
  }
  Type item;
  for (ExprId round : rounds.items) {
    item = item.is_error() ? TypeOf(round) : item;
  }
  ExprId list = Add(item.is_error() ? Type() : Type::List(std::move(item)), at.span, std::move(rounds));
  return is_flat ? list : Flatten(list, at.span);
}

/// Comprehensions over edges within each other multiply.
bool BodyChecker::IsTooMuch(size_t targets, const At& at) {
  constexpr size_t kMaxCopies = 4096;
  if (copies_ * targets <= kMaxCopies && targets <= program_.rounds_left) {
    program_.rounds_left -= targets;
    return false;
  }
  if (copies_ * targets <= kMaxCopies) {
    Report(MakeDiagnostic(DiagnosticKind::TooLarge, at.span, "the loops over edges of this program make too many calls in all"));
    return true;
  }
  Report(MakeDiagnostic(DiagnosticKind::NestedTooDeep, at.span, "loops over edges within each other make more than {} calls of this",
                        kMaxCopies));
  return true;
}

/// What one edge gives: an element, or a list where more clauses follow or a condition may leave it out.
ExprId BodyChecker::CheckRound(const ast::Comprehension& node, size_t first, const At& at, ServiceId target, int64_t round) {
  const ast::ForClause& clause = node.clauses[first];
  bindings_.Enter();
  if (clause.index) {
    Declare(*clause.index, BindingKind::Variable, Value::Int(round));
  }
  Declare(clause.item, BindingKind::Variable, target);
  std::optional<ExprId> condition;
  if (clause.condition) {
    condition = CheckAs(*clause.condition, {Type::Of(TypeKind::Bool), {}, ""});
  }
  bool is_last = first + 1 == node.clauses.size();
  ExprId result;
  if (is_last) {
    std::optional<Expectation> want;
    if (at.want != nullptr && at.want->type.Is(TypeKind::List)) {
      want = at.want->Of(at.want->type.item());
    }
    result = Check(node.element, want ? &*want : nullptr);
    if (condition && want) {
      result = Convert(result, *want);
    }
  } else {
    result = CheckClauses(node, first + 1, at);
  }
  LeaveScope();
  if (!condition) {
    return result;
  }
  const Type item = TypeOf(result);
  if (item.is_error()) {
    return result;
  }
  if (!is_last && item.Is(TypeKind::Stream)) {
    ExprId none = AsStream(Add(Type::List(item.item()), at.span, MakeList{}), at.span);
    return Add(item, at.span, If{*condition, {{}, result}, {{}, none}});
  }
  const Type list = is_last ? Type::List(item) : item;
  ExprId some = is_last ? Add(list, at.span, MakeList{{result}}) : result;
  ExprId none = Add(list, at.span, MakeList{});
  return Add(list, at.span, If{*condition, {{}, some}, {{}, none}});
}

bool BodyChecker::ReportDifferingEdges(const ast::Comprehension& node, const std::vector<ExprId>& rounds, const Symbol& edge) {
  auto is_known = [&](ExprId round) { return !TypeOf(round).is_error(); };
  auto first = std::ranges::find_if(rounds, is_known);
  auto other = std::ranges::find_if(rounds, [&](ExprId round) { return is_known(round) && !(TypeOf(round) == TypeOf(*first)); });
  if (other == rounds.end()) {
    return false;
  }
  const EdgeInfo& info = program_.services[around_.service->index].edges[edge.index];
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::EdgeTypesDiffer, tree().exprs[node.element].span,
                                         "the services of an edge give values of different types here");
  for (auto round : {first, other}) {
    diagnostic.secondary.push_back(
        {info.target_spans[static_cast<size_t>(round - rounds.begin())], fmt::format("gives `{}`", TypeOf(*round).ToString())});
  }
  Report(std::move(diagnostic).Note("write one call for each service instead"));
  return true;
}

}  // namespace plait::sema
