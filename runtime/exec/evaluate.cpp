#include "runtime/exec/evaluate.h"

#include <utility>

#include "compiler/base/convert.h"

namespace plait {
namespace {

Result<ValueList> EvaluateAll(const std::vector<plan::Expr>& exprs, const Lanes& lanes, size_t lane, const TypeTable& types) {
  ValueList values;
  values.reserve(exprs.size());
  for (const plan::Expr& expr : exprs) {
    PLAIT_TRY(Value value, Evaluate(expr, lanes, lane, types));
    values.push_back(std::move(value));
  }
  return values;
}

Result<Value> EvaluateRecord(const plan::Expr& expr, const Lanes& lanes, size_t lane, const TypeTable& types) {
  PLAIT_TRY(ValueList values, EvaluateAll(expr.operands, lanes, lane, types));
  ValueFields fields;
  fields.reserve(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    fields.emplace_back(expr.names[i], std::move(values[i]));
  }
  return Value::Record(std::move(fields));
}

Result<Value> EvaluateField(const plan::Expr& expr, const Lanes& lanes, size_t lane, const TypeTable& types) {
  PLAIT_TRY(Value record, Evaluate(expr.operands[0], lanes, lane, types));
  const Value* field = record.Field(expr.names[0]);
  // The compiler proved that the field is there; a plan edited by hand may say otherwise.
  if (field == nullptr) {
    return Error{FailureKind::PlanInvalid,
                 "the plan reads the field `" + expr.names[0] + "` of " + std::string(record.KindName()) + " that has none",
                 "",
                 {}};
  }
  return *field;
}

}  // namespace

Result<Value> Evaluate(const plan::Expr& expr, const Lanes& lanes, size_t lane, const TypeTable& types) {
  switch (expr.kind) {
    case plan::Expr::Kind::Constant:
      return expr.constant;
    case plan::Expr::Kind::Value:
      return lanes.Read(expr.value, lane);
    case plan::Expr::Kind::Apply: {
      PLAIT_TRY(ValueList operands, EvaluateAll(expr.operands, lanes, lane, types));
      return Apply(expr.operation, operands);
    }
    case plan::Expr::Kind::Field:
      return EvaluateField(expr, lanes, lane, types);
    case plan::Expr::Kind::List: {
      PLAIT_TRY(ValueList items, EvaluateAll(expr.operands, lanes, lane, types));
      return Value::List(std::move(items));
    }
    case plan::Expr::Kind::Record:
      return EvaluateRecord(expr, lanes, lane, types);
    case plan::Expr::Kind::If: {
      PLAIT_TRY(Value condition, Evaluate(expr.operands[0], lanes, lane, types));
      return Evaluate(expr.operands[condition.AsBool() ? 1 : 2], lanes, lane, types);
    }
    case plan::Expr::Kind::Cast: {
      PLAIT_TRY(Value value, Evaluate(expr.operands[0], lanes, lane, types));
      return CastValue(value, expr.type, types);
    }
    case plan::Expr::Kind::Is: {
      PLAIT_TRY(Value value, Evaluate(expr.operands[0], lanes, lane, types));
      return Value::Bool(ValueFits(value, expr.type, types));
    }
  }
  return Value();
}

}  // namespace plait
