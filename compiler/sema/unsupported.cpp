// Expressions of the language that this version does not run: one report each, and none about what is inside.

#include "compiler/sema/body_checker.h"

namespace plait::sema {
namespace {

/// The word that a long construct begins with.
Span FirstWord(const Span& span, std::string_view word) { return {span.file, span.begin, span.begin + static_cast<uint32_t>(word.size())}; }

}  // namespace

ExprId BodyChecker::Refuse(const Span& span, std::string_view construct) {
  program_.reporter.Unsupported(span, construct);
  return AddError(span);
}

ExprId BodyChecker::Of(const ast::Selector& node, const At& at) {
  return Refuse(at.span, fmt::format("the field selector `.{}`", node.field.text));
}

ExprId BodyChecker::RefuseWhole(ast::ExprId id, const Span& span, std::string_view construct) {
  MarkUsed(id);
  return Refuse(span, construct);
}

ExprId BodyChecker::Of(const ast::Match& /*node*/, const At& at) { return RefuseWhole(at.id, FirstWord(at.span, "match"), "`match`"); }

ExprId BodyChecker::Of(const ast::Repeat& /*node*/, const At& at) { return RefuseWhole(at.id, FirstWord(at.span, "repeat"), "`repeat`"); }

ExprId BodyChecker::Of(const ast::Cast& /*node*/, const At& at) { return RefuseWhole(at.id, at.span, "`as`"); }

ExprId BodyChecker::Of(const ast::Pipe& /*node*/, const At& at) { return RefuseWhole(at.id, at.span, "`|>`"); }

ExprId BodyChecker::Of(const ast::Guarded& node, const At& at) {
  std::string_view first = node.guards.within ? "`within`" : node.guards.retry ? "`retry`" : "`otherwise`";
  return RefuseWhole(at.id, node.guards.span, first);
}

}  // namespace plait::sema
