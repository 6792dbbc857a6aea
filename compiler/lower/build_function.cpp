#include "compiler/lower/build_function.h"

#include <span>
#include <utility>

#include "compiler/ir/edit.h"

namespace plait {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

/// Walks the blocks of one function. Every method appends to the region that it is given and returns the node of the value.
class Builder {
 public:
  Builder(const sema::TypedModule& module, const sema::Function& source, const std::vector<ir::ModelId>& model_ids)
      : module_(module), source_(source), model_ids_(model_ids), locals_(source.locals.size()) {}

  ir::Function Build() {
    const sema::Signature& signature = source_.signature;
    function_.name = sema::QualifiedName(module_, source_);
    function_.doc = source_.doc;
    function_.result = signature.result;
    function_.span = signature.span;
    function_.body = function_.regions.Add({});
    for (uint32_t i = 0; i < signature.parameters.size(); ++i) {
      const sema::Parameter& parameter = signature.parameters[i];
      function_.parameters.push_back({parameter.name, parameter.type, parameter.default_value});
      locals_[i] = ir::AddParameter(function_, function_.body, parameter.type, parameter.span);
    }
    FillRegion(source_.body, function_.body);
    return ir::Canonical(function_);
  }

 private:
  NodeId LowerBlock(const sema::Block& block, RegionId region) {
    for (const sema::Block::Let& let : block.lets) {
      locals_[let.local.index] = Lower(let.value, region);
    }
    return Lower(block.value, region);
  }

  void FillRegion(const sema::Block& block, RegionId region) {
    NodeId result = LowerBlock(block, region);
    function_.regions[region].result = result;
  }

  RegionId NewRegion(const sema::Block& block) {
    RegionId region = function_.regions.Add({});
    FillRegion(block, region);
    return region;
  }

  std::vector<NodeId> LowerAll(std::span<const sema::ExprId> exprs, RegionId region) {
    std::vector<NodeId> nodes;
    nodes.reserve(exprs.size());
    for (sema::ExprId expr : exprs) {
      nodes.push_back(Lower(expr, region));
    }
    return nodes;
  }

  NodeId Lower(sema::ExprId id, RegionId region) {
    const sema::Expr& expr = source_.exprs[id];
    return std::visit([&](const auto& node) { return LowerNode(node, expr, region); }, expr.node);
  }

  static ir::Node NodeFor(NodeKind kind, const sema::Expr& expr) {
    ir::Node node;
    node.kind = kind;
    node.type = expr.type;
    node.span = expr.span;
    return node;
  }

  NodeId LowerNode(const sema::Constant& constant, const sema::Expr& expr, RegionId region) {
    ir::Node node = NodeFor(NodeKind::Constant, expr);
    node.constant = constant.value;
    return ir::AddNode(function_, region, std::move(node));
  }

  NodeId LowerNode(const sema::LocalRef& reference, const sema::Expr& /*expr*/, RegionId /*region*/) {
    return locals_[reference.local.index];
  }

  NodeId LowerNode(const sema::MakeList& list, const sema::Expr& expr, RegionId region) {
    ir::Node node = NodeFor(NodeKind::List, expr);
    node.operands = LowerAll(list.items, region);
    return ir::AddNode(function_, region, std::move(node));
  }

  NodeId LowerNode(const sema::MakeRecord& record, const sema::Expr& expr, RegionId region) {
    ir::Node node = NodeFor(NodeKind::Record, expr);
    node.names = record.names;
    node.operands = LowerAll(record.values, region);
    return ir::AddNode(function_, region, std::move(node));
  }

  NodeId LowerNode(const sema::FieldOf& field, const sema::Expr& expr, RegionId region) {
    ir::Node node = NodeFor(NodeKind::Field, expr);
    node.names = {field.name};
    node.operands = {Lower(field.base, region)};
    return ir::AddNode(function_, region, std::move(node));
  }

  NodeId LowerNode(const sema::Apply& apply, const sema::Expr& expr, RegionId region) {
    ir::Node node = NodeFor(NodeKind::Apply, expr);
    node.operation = apply.operation;
    node.operands = LowerAll(apply.operands, region);
    return ir::AddNode(function_, region, std::move(node));
  }

  NodeId LowerNode(const sema::If& branch, const sema::Expr& expr, RegionId region) {
    ir::Node node = NodeFor(NodeKind::If, expr);
    node.operands = {Lower(branch.condition, region)};
    node.regions.push_back(NewRegion(branch.then_block));
    node.regions.push_back(NewRegion(branch.else_block));
    return ir::AddNode(function_, region, std::move(node));
  }

  NodeId LowerNode(const sema::LetIn& node, const sema::Expr& /*expr*/, RegionId region) { return LowerBlock(node.block, region); }

  NodeId LowerNode(const sema::Cast& cast, const sema::Expr& expr, RegionId region) {
    ir::Node node = NodeFor(NodeKind::Cast, expr);
    node.operands = {Lower(cast.operand, region)};
    return ir::AddNode(function_, region, std::move(node));
  }

  NodeId LowerNode(const sema::Is& is, const sema::Expr& expr, RegionId region) {
    ir::Node node = NodeFor(NodeKind::Is, expr);
    node.tested = is.tested;
    node.operands = {Lower(is.operand, region)};
    return ir::AddNode(function_, region, std::move(node));
  }

  /// The call alone stands in the region of the try: its arguments are computed before, what widens its value after.
  NodeId LowerNode(const sema::Guarded& guarded, const sema::Expr& expr, RegionId region) {
    const sema::Expr* call = &source_.exprs[guarded.call];
    std::vector<const sema::Expr*> widenings;
    while (const auto* apply = std::get_if<sema::Apply>(&call->node)) {
      if (apply->operation != Operation::ToFloat) {
        break;
      }
      widenings.push_back(call);
      call = &source_.exprs[apply->operands[0]];
    }
    if (const auto* let_in = std::get_if<sema::LetIn>(&call->node)) {
      for (const sema::Block::Let& let : let_in->block.lets) {
        locals_[let.local.index] = Lower(let.value, region);
      }
      call = &source_.exprs[let_in->block.value];
    }
    ir::Node node = NodeFor(NodeKind::Try, *call);
    node.span = expr.span;
    node.within_ms = guarded.within_ms;
    node.retries = guarded.retries;
    node.is_tolerant = guarded.fallback.has_value();
    RegionId tried = function_.regions.Add({});
    NodeId outcome = AddTry(std::move(node), region, tried, Lower(call, region, tried));
    if (!guarded.fallback) {
      return Widen(outcome, widenings, region);
    }
    NodeId failed = AddField(outcome, "failed", Type::Of(TypeKind::Bool), expr.span, region);
    ir::Node branch = NodeFor(NodeKind::If, expr);
    branch.operands = {failed};
    branch.regions = {NewRegion({{}, *guarded.fallback}), function_.regions.Add({})};
    NodeId value = AddField(outcome, "value", call->type, expr.span, branch.regions[1]);
    NodeId widened = Widen(value, widenings, branch.regions[1]);
    function_.regions[branch.regions[1]].result = widened;
    return ir::AddNode(function_, region, std::move(branch));
  }

  NodeId LowerNode(const sema::Fails& fails, const sema::Expr& expr, RegionId region) {
    ir::Node node = NodeFor(NodeKind::Try, expr);
    node.type = source_.exprs[fails.call].type;
    node.is_tolerant = true;
    RegionId tried = function_.regions.Add({});
    NodeId outcome = AddTry(std::move(node), region, tried, Lower(fails.call, tried));
    return AddField(outcome, "failed", expr.type, expr.span, region);
  }

  /// `node` says how the region `tried` with that result is tried, and has the type of the result.
  NodeId AddTry(ir::Node node, RegionId region, RegionId tried, NodeId result) {
    function_.regions[tried].result = result;
    node.regions = {tried};
    if (node.is_tolerant) {
      node.type = Type::Anonymous({{"failed", Type::Of(TypeKind::Bool)}, {"value", std::move(node.type)}});
    }
    return ir::AddNode(function_, region, std::move(node));
  }

  NodeId AddField(NodeId base, std::string name, Type type, Span span, RegionId region) {
    ir::Node node;
    node.kind = NodeKind::Field;
    node.type = std::move(type);
    node.span = span;
    node.names = {std::move(name)};
    node.operands = {base};
    return ir::AddNode(function_, region, std::move(node));
  }

  /// Innermost last.
  NodeId Widen(NodeId value, const std::vector<const sema::Expr*>& widenings, RegionId region) {
    for (auto widening = widenings.rbegin(); widening != widenings.rend(); ++widening) {
      value = ir::AddApply(function_, region, Operation::ToFloat, (*widening)->type, {value});
      function_.nodes[value].span = (*widening)->span;
    }
    return value;
  }

  /// if condition(initial) { loop } else { initial }: a loop's body runs at least once.
  NodeId LowerNode(const sema::Repeat& repeat, const sema::Expr& expr, RegionId region) {
    NodeId initial = Lower(repeat.initial, region);
    locals_[repeat.state.index] = initial;
    ir::Node branch = NodeFor(NodeKind::If, expr);
    branch.operands = {Lower(repeat.condition, region)};
    RegionId then_arm = function_.regions.Add({});
    RegionId else_arm = function_.regions.Add({});
    ir::Node loop = NodeFor(NodeKind::Loop, expr);
    loop.operands = {initial};
    loop.limit = repeat.limit;
    const sema::Local& state = source_.locals[repeat.state];
    RegionId body = function_.regions.Add({});
    locals_[repeat.state.index] = ir::AddParameter(function_, body, state.type, state.span);
    FillRegion(repeat.body, body);
    RegionId condition = function_.regions.Add({});
    locals_[repeat.state.index] = ir::AddParameter(function_, condition, state.type, state.span);
    NodeId holds = Lower(repeat.condition, condition);
    function_.regions[condition].result = holds;
    loop.regions = {body, condition};
    NodeId rounds = ir::AddNode(function_, then_arm, std::move(loop));
    function_.regions[then_arm].result = rounds;
    function_.regions[else_arm].result = initial;
    branch.regions = {then_arm, else_arm};
    return ir::AddNode(function_, region, std::move(branch));
  }

  NodeId LowerNode(const sema::Comprehension& comprehension, const sema::Expr& expr, RegionId region) {
    return LowerClauses(comprehension, 0, expr, region);
  }

  /// The list or stream that the clauses from `first` on make; an inner clause's are joined into one.
  NodeId LowerClauses(const sema::Comprehension& comprehension, size_t first, const sema::Expr& expr, RegionId region) {
    const sema::ForClause& clause = comprehension.clauses[first];
    bool is_last = first + 1 == comprehension.clauses.size();
    ir::Node map = NodeFor(NodeKind::Map, expr);
    bool is_stream = expr.type.Is(TypeKind::Stream);
    if (!is_last) {
      map.type = is_stream ? Type::Stream(expr.type) : Type::List(expr.type);
    }
    map.operands = {Lower(clause.source, region)};
    const Type& source = source_.exprs[clause.source].type;
    if (is_stream && source.Is(TypeKind::List)) {
      // Where one source is a stream all are, so that no list is gone through before its time.
      map.operands[0] = ir::AddApply(function_, region, Operation::ListStream, Type::Stream(source.item()), {map.operands[0]});
    }
    RegionId body = NewItemRegion(clause);
    NodeId element = is_last ? Lower(comprehension.element, body) : LowerClauses(comprehension, first + 1, expr, body);
    function_.regions[body].result = element;
    map.regions.push_back(body);
    if (clause.condition) {
      RegionId condition = NewItemRegion(clause);
      NodeId result = Lower(*clause.condition, condition);
      function_.regions[condition].result = result;
      map.regions.push_back(condition);
    }
    NodeId map_id = ir::AddNode(function_, region, std::move(map));
    if (is_last) {
      return map_id;
    }
    NodeId flat = ir::AddApply(function_, region, Operation::Flatten, expr.type, {map_id});
    function_.nodes[flat].span = expr.span;
    return flat;
  }

  /// A region for the items of a clause, whose variables stand for its parameters from here on.
  RegionId NewItemRegion(const sema::ForClause& clause) {
    RegionId region = function_.regions.Add({});
    const sema::Local& item = source_.locals[clause.item];
    locals_[clause.item.index] = ir::AddParameter(function_, region, item.type, item.span);
    NodeId index =
        ir::AddParameter(function_, region, Type::Of(TypeKind::Int), clause.index ? source_.locals[*clause.index].span : item.span);
    if (clause.index) {
      locals_[clause.index->index] = index;
    }
    return region;
  }

  /// What may be guarded, with its operands in `region` and itself in `tried`.
  NodeId Lower(const sema::Expr* call, RegionId region, RegionId tried) {
    if (const auto* function = std::get_if<sema::CallFunction>(&call->node)) {
      return LowerNode(*function, *call, region, tried);
    }
    if (const auto* model = std::get_if<sema::CallModel>(&call->node)) {
      return LowerNode(*model, *call, region, tried);
    }
    ir::Node node = NodeFor(NodeKind::Cast, *call);
    if (const auto* cast = std::get_if<sema::Cast>(&call->node)) {
      node.operands = {LowerMembers(cast->operand, region, tried)};
      return ir::AddNode(function_, tried, std::move(node));
    }
    const auto& apply = std::get<sema::Apply>(call->node);
    node.kind = NodeKind::Apply;
    node.operation = apply.operation;
    node.operands = LowerAll(apply.operands, region);
    return ir::AddNode(function_, tried, std::move(node));
  }

  /// Fields and items of json that a guarded cast reads are guarded with it: `(body.score as float) otherwise 0.0`.
  NodeId LowerMembers(sema::ExprId id, RegionId region, RegionId tried) {
    const sema::Expr& expr = source_.exprs[id];
    const auto* apply = std::get_if<sema::Apply>(&expr.node);
    if (apply == nullptr || (apply->operation != Operation::Member && apply->operation != Operation::MemberOrNull)) {
      return Lower(id, region);
    }
    ir::Node node = NodeFor(NodeKind::Apply, expr);
    node.operation = apply->operation;
    node.operands = {LowerMembers(apply->operands[0], region, tried), Lower(apply->operands[1], region)};
    return ir::AddNode(function_, tried, std::move(node));
  }

  NodeId LowerNode(const sema::CallFunction& call, const sema::Expr& expr, RegionId region) {
    return LowerNode(call, expr, region, region);
  }
  NodeId LowerNode(const sema::CallModel& call, const sema::Expr& expr, RegionId region) { return LowerNode(call, expr, region, region); }

  NodeId LowerNode(const sema::CallFunction& call, const sema::Expr& expr, RegionId operands, RegionId region) {
    ir::Node node = NodeFor(NodeKind::CallFunction, expr);
    node.function = ir::FunctionId{call.function.index};
    node.operands = LowerAll(call.arguments, operands);
    return ir::AddNode(function_, region, std::move(node));
  }

  NodeId LowerNode(const sema::CallModel& call, const sema::Expr& expr, RegionId operands, RegionId region) {
    const sema::Signature& method = module_.tasks[module_.models[call.model].task].methods[call.method];
    ir::Node node = NodeFor(NodeKind::CallModel, expr);
    node.model = model_ids_[call.model.index];
    node.method = method.name;
    for (const sema::Parameter& parameter : method.parameters) {
      node.names.push_back(parameter.name);
    }
    node.operands = LowerAll(call.arguments, operands);
    return ir::AddNode(function_, region, std::move(node));
  }

  const sema::TypedModule& module_;
  const sema::Function& source_;
  const std::vector<ir::ModelId>& model_ids_;
  std::vector<NodeId> locals_;
  ir::Function function_;
};

}  // namespace

ir::Function BuildFunction(const sema::TypedModule& module, const sema::Function& source, const std::vector<ir::ModelId>& model_ids) {
  return Builder(module, source, model_ids).Build();
}

}  // namespace plait
