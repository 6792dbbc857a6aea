#include "compiler/sema/fold.h"

#include <utility>

#include "compiler/sema/program.h"

namespace plait::sema {
namespace {

/// Of all operations of one constant.
constexpr size_t kMaxFoldedParts = 64 * kMaxConstantParts;

Folded Refuse(const Span& span, std::string_view what) {
  return {std::nullopt, MakeDiagnostic(DiagnosticKind::NotConstant, span, "{} is not a constant", what)};
}

class Folder {
 public:
  explicit Folder(const Store<ExprId, Expr>& exprs) : exprs_(exprs) {}

  Folded Run(ExprId id) {
    const Expr& expr = exprs_[id];
    if (expr.type.is_error()) {
      return {};
    }
    return std::visit([&](const auto& node) { return Of(node, expr.span); }, expr.node);
  }

 private:
  static Folded Of(const Constant& node, const Span& /*span*/) { return {node.value, std::nullopt}; }
  static Folded Of(const LocalRef& /*node*/, const Span& span) { return Refuse(span, "a parameter"); }
  static Folded Of(const Comprehension& /*node*/, const Span& span) { return Refuse(span, "a comprehension"); }
  static Folded Of(const CallFunction& /*node*/, const Span& span) { return Refuse(span, "a call"); }
  static Folded Of(const CallModel& /*node*/, const Span& span) { return Refuse(span, "a call"); }
  static Folded Of(const LetIn& /*node*/, const Span& span) { return Refuse(span, "a value with names of its own"); }
  static Folded Of(const Cast& /*node*/, const Span& span) { return Refuse(span, "a conversion"); }
  static Folded Of(const Is& /*node*/, const Span& span) { return Refuse(span, "a test of a type"); }
  static Folded Of(const Guarded& /*node*/, const Span& span) { return Refuse(span, "a guarded call"); }
  static Folded Of(const Fails& /*node*/, const Span& span) { return Refuse(span, "a call"); }
  static Folded Of(const Repeat& /*node*/, const Span& span) { return Refuse(span, "a loop"); }

  /// All of them, or in `failed` the first that has no value.
  struct Many {
    ValueList values;
    std::optional<Folded> failed;
  };
  Many RunAll(const std::vector<ExprId>& ids) {
    Many many;
    for (ExprId id : ids) {
      Folded folded = Run(id);
      if (!folded.value) {
        many.failed = std::move(folded);
        break;
      }
      many.values.push_back(*std::move(folded.value));
    }
    return many;
  }

  Folded Of(const MakeList& node, const Span& /*span*/) {
    Many items = RunAll(node.items);
    return items.failed ? *std::move(items.failed) : Folded{Value::List(std::move(items.values)), std::nullopt};
  }

  Folded Of(const MakeRecord& node, const Span& /*span*/) {
    Many values = RunAll(node.values);
    if (values.failed) {
      return *std::move(values.failed);
    }
    ValueFields fields;
    for (size_t i = 0; i < node.names.size(); ++i) {
      fields.emplace_back(node.names[i], std::move(values.values[i]));
    }
    return {Value::Record(std::move(fields)), std::nullopt};
  }

  Folded Of(const FieldOf& node, const Span& /*span*/) {
    Folded base = Run(node.base);
    const Value* field = base.value && base.value->is_record() ? base.value->Field(node.name) : nullptr;
    return field != nullptr ? Folded{*field, std::nullopt} : Folded{std::nullopt, std::move(base.fault)};
  }

  Folded Of(const Apply& node, const Span& span) {
    Many operands = RunAll(node.operands);
    if (operands.failed) {
      return *std::move(operands.failed);
    }
    size_t parts = 0;
    for (const Value& operand : operands.values) {
      parts += CountParts(operand, kMaxConstantParts);
    }
    parts_ += parts;
    if (parts > kMaxConstantParts || parts_ > kMaxFoldedParts) {
      return {std::nullopt,
              parts > kMaxConstantParts
                  ? MakeDiagnostic(DiagnosticKind::TooLarge, span, "this constant has more than {} parts", kMaxConstantParts)
                  : MakeDiagnostic(DiagnosticKind::TooLarge, span, "this constant takes more than {} parts to work out", kMaxFoldedParts)};
    }
    Result<Value> result = plait::Apply(node.operation, operands.values);
    if (!result.ok()) {
      return {std::nullopt, MakeDiagnostic(DiagnosticKind::NumberRange, span, "this constant has no value: {}", result.error().message)};
    }
    return {*std::move(result), std::nullopt};
  }

  Folded Of(const If& node, const Span& span) {
    Folded condition = Run(node.condition);
    if (!condition.value) {
      return condition;
    }
    const Block& block = condition.value->AsBool() ? node.then_block : node.else_block;
    return block.lets.empty() ? Run(block.value) : Refuse(span, "an `if` with `let`");
  }

  const Store<ExprId, Expr>& exprs_;
  /// Of all operands so far.
  size_t parts_ = 0;
};

}  // namespace

size_t CountParts(const Value& value, size_t limit) {
  if (value.is_string()) {
    return 1 + value.AsString().size();
  }
  if (value.is_bytes()) {
    return 1 + value.AsBytes().size();
  }
  if (value.is_tensor()) {
    return 1 + value.AsTensor().data.size();
  }
  size_t parts = 1;
  if (value.is_list()) {
    for (auto item = value.AsList().begin(); item != value.AsList().end() && parts <= limit; ++item) {
      parts += CountParts(*item, limit - parts);
    }
  } else if (value.is_record()) {
    for (auto field = value.AsRecord().begin(); field != value.AsRecord().end() && parts <= limit; ++field) {
      parts += CountParts(field->second, limit - parts);
    }
  }
  return parts;
}

Folded Fold(const Store<ExprId, Expr>& exprs, ExprId expr) { return Folder(exprs).Run(expr); }

}  // namespace plait::sema
