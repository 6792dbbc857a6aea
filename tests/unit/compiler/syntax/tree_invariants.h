// What holds for every tree that the parser makes, whatever the text.
#pragma once

#include <string>

#include "compiler/syntax/children.h"
#include "tests/unit/compiler/syntax/parse_text.h"

namespace plait {

/// The first promise that is broken, in words; empty where all hold.
inline std::string TreeFault(const ParsedText& parsed) {
  size_t size = parsed.sources.Text(parsed.tokens.file).size();
  auto is_inside = [size](const Span& span) { return !span.file.has_value() || (span.begin <= span.end && span.end <= size); };
  uint32_t end = 0;
  for (const Token& token : parsed.tokens.tokens) {
    if (token.begin < end || token.end < token.begin || token.end > size) {
      return "tokens overlap";
    }
    end = token.end;
  }
  if (parsed.module.has_errors != parsed.diagnostics.has_errors()) {
    return "the mark of the module and the reports differ";
  }
  for (const Diagnostic& diagnostic : parsed.diagnostics.diagnostics()) {
    if (diagnostic.message.empty() || !diagnostic.primary.span.file.has_value() || !is_inside(diagnostic.primary.span)) {
      return "a diagnostic has no place or no message";
    }
  }
  for (const ast::Expr& expr : parsed.module.exprs) {
    if (!is_inside(expr.span)) {
      return "an expression lies outside the file";
    }
    bool is_within = true;
    ast::ForEachChild(expr, [&](ast::ExprId child) {
      is_within = is_within && child.has_value();
      const Span& inner = parsed.module.exprs[child].span;
      is_within = is_within && (parsed.module.has_errors || (inner.begin >= expr.span.begin && inner.end <= expr.span.end));
    });
    if (!is_within) {
      return "an expression does not contain its operands";
    }
  }
  return "";
}

}  // namespace plait
