// Values and operations on them, one method a type.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/random_generator.h"

namespace plait::tests {

NodeId Generator::MakeConstant(const Type& type, RegionId region) {
  if (type == kInt) {
    return ir::AddConstant(function_, region, type, OneIn(20) ? Value::Int(INT64_MAX) : Value::Int(static_cast<int64_t>(Below(4))));
  }
  if (type == kBool) {
    return ir::AddConstant(function_, region, type, Value::Bool(OneIn(2)));
  }
  if (type == kFloat) {
    return ir::AddConstant(function_, region, type, Value::Float(static_cast<double>(Below(4)) / 2));
  }
  if (type == kString) {
    return ir::AddConstant(function_, region, type, Value::String(std::string(Below(3), 'x')));
  }
  if (type == kMood) {
    return ir::AddConstant(function_, region, type, Value::String(OneIn(2) ? "x" : "xx"));
  }
  if (type == kEither || type == kJson) {
    return ir::AddConstant(function_, region, type, OneIn(2) ? Value::Int(static_cast<int64_t>(Below(4))) : Value::String("x"));
  }
  if (type == kMap) {
    return ir::AddConstant(function_, region, type, Value::Record({{"k", Value::Int(static_cast<int64_t>(Below(4)))}}));
  }
  if (type == kPair) {
    ir::Node node;
    node.kind = NodeKind::Record;
    node.type = type;
    node.names = {"number", "text"};
    node.operands = {MakeConstant(kInt, region), MakeConstant(kString, region)};
    return ir::AddNode(function_, region, std::move(node));
  }
  return ir::AddConstant(function_, region, type, Value::List({}));
}

NodeId Generator::MakeCast(const Type& type, RegionId region, int depth) {
  if ((type == kInt || type == kString) && !OneIn(6)) {
    return MakeNarrowed(type, region, depth);
  }
  if (type == kMood && !OneIn(4)) {
    return MakeConstant(type, region);
  }
  const Type& from = type == kInt || type == kString ? kEither
                     : type == kFloat                ? kInt
                     : type == kMood                 ? kString
                     : type == kEither               ? (OneIn(2) ? kInt : kString)
                                                     : kJson;
  return Add(NodeKind::Cast, type, {from == kJson ? MakeJson(type, region, depth) : Pick(from, region, depth)}, region);
}

NodeId Generator::MakeNarrowed(const Type& type, RegionId region, int depth) {
  NodeId either = Pick(kEither, region, depth);
  NodeId fits = Add(NodeKind::Is, kBool, {either}, region);
  function_.nodes[fits].tested = type;
  RegionId as_it_is = function_.regions.Add({});
  NodeId cast = Add(NodeKind::Cast, type, {either}, as_it_is);
  function_.regions[as_it_is].result = cast;
  RegionId instead = function_.regions.Add({});
  NodeId constant = MakeConstant(type, instead);
  function_.regions[instead].result = constant;
  NodeId id = Add(NodeKind::If, type, {fits}, region);
  function_.nodes[id].regions = {as_it_is, instead};
  return id;
}

NodeId Generator::MakeJson(const Type& type, RegionId region, int depth) {
  return Add(NodeKind::Cast, kJson, {OneIn(10) ? Pick(kString, region, depth) : Pick(type, region, depth)}, region);
}

NodeId Generator::Apply(Operation operation, const Type& type, std::vector<NodeId> operands, RegionId region) {
  return ir::AddApply(function_, region, operation, type, std::move(operands));
}

NodeId Generator::ItemOf(const Type& item, RegionId region, int depth) {
  std::vector<NodeId> operands = {PickOpaque(Type::List(item), region, depth), Pick(kInt, region, depth)};
  return Apply(Operation::Index, item, std::move(operands), region);
}

NodeId Generator::FieldOf(const std::string& name, const Type& type, RegionId region, int depth) {
  NodeId id = Add(NodeKind::Field, type, {PickOpaque(kPair, region, depth)}, region);
  function_.nodes[id].names = {name};
  return id;
}

NodeId Generator::MakeList(const Type& type, RegionId region, int depth, bool may_nest) {
  size_t choice = Below(6);
  const Type& item = type.item();
  if (choice == 0) {
    std::vector<NodeId> operands = {Pick(type, region, depth), Pick(type, region, depth)};
    return Apply(Operation::Add, type, std::move(operands), region);
  }
  if (choice == 1 || !may_nest) {
    std::vector<NodeId> items;
    for (size_t i = Below(3); i > 0; --i) {
      items.push_back(Pick(item, region, depth));
    }
    return Add(NodeKind::List, type, std::move(items), region);
  }
  Type source = OneIn(2) ? kInt : OneIn(2) ? kString : kPair;
  if (choice == 3 && OneIn(2)) {
    return MakeStreamed(source, item, region, depth);
  }
  if (choice == 2) {
    NodeId nested = MakeMap(source, type, region, depth);
    return Apply(Operation::Flatten, type, {nested}, region);
  }
  return MakeMap(source, item, region, depth);
}

NodeId Generator::MakeStreamed(const Type& source, const Type& item, RegionId region, int depth) {
  NodeId stream;
  if (OneIn(2)) {
    stream = Apply(Operation::ListStream, Type::Stream(source), {Pick(Type::List(source), region, depth)}, region);
  } else {
    NodeId text = Pick(kString, region, depth);
    stream = AddCall(Type::Stream(source), text, Pick(kInt, region, depth), region);
  }
  if (OneIn(3)) {
    // At least one, so that a writer that fails does so for everybody.
    NodeId count = ir::AddConstant(function_, region, kInt, Value::Int(1 + static_cast<int64_t>(Below(2))));
    stream = Apply(Operation::ListTake, Type::Stream(source), {stream, count}, region);
  }
  std::vector<RegionId> regions = {NewItemRegion(source, item, depth)};
  if (OneIn(2)) {
    regions.push_back(NewItemRegion(source, kBool, depth));
  }
  // What each piece becomes, taken in whole or passed on first.
  bool passes_on = OneIn(2);
  NodeId mapped = Add(NodeKind::Map, passes_on ? Type::Stream(item) : Type::List(item), {stream}, region);
  function_.nodes[mapped].regions = std::move(regions);
  if (!passes_on) {
    return mapped;
  }
  RegionId whole = function_.regions.Add({});
  NodeId piece = ir::AddParameter(function_, whole, item, {});
  ir::AddParameter(function_, whole, kInt, {});
  function_.regions[whole].result = piece;
  NodeId all = Add(NodeKind::Map, Type::List(item), {mapped}, region);
  function_.nodes[all].regions = {whole};
  return all;
}

NodeId Generator::MakeInt(RegionId region, int depth) {
  static constexpr Operation kOperations[] = {Operation::Add, Operation::Subtract, Operation::Multiply, Operation::Remainder};
  size_t choice = Below(8);
  if (choice == 0) {
    return MakeConstant(kInt, region);
  }
  if (choice == 1) {
    return Apply(Operation::Length, kInt, {Pick(OneIn(2) ? kString : Type::List(kInt), region, depth)}, region);
  }
  if (choice == 2) {
    return ItemOf(kInt, region, depth);
  }
  if (choice == 3) {
    return FieldOf("number", kInt, region, depth);
  }
  std::vector<NodeId> operands = {Pick(kInt, region, depth), Pick(kInt, region, depth)};
  return Apply(kOperations[OneIn(6) ? 3 : Below(3)], kInt, std::move(operands), region);
}

NodeId Generator::MakeBool(RegionId region, int depth) {
  size_t choice = Below(7);
  if (choice == 6) {
    bool is_either = OneIn(2);
    NodeId tested = is_either ? Pick(kEither, region, depth) : MakeJson(kInt, region, depth);
    NodeId id = Add(NodeKind::Is, kBool, {tested}, region);
    function_.nodes[id].tested = is_either ? (OneIn(2) ? kInt : kString) : Type::Optional(kInt);
    return id;
  }
  if (choice == 0) {
    return OneIn(3) ? MakeConstant(kBool, region) : Apply(Operation::Not, kBool, {Pick(kBool, region, depth)}, region);
  }
  if (choice == 1) {
    std::vector<NodeId> operands = {Pick(kInt, region, depth), Pick(Type::List(kInt), region, depth)};
    return Apply(Operation::In, kBool, std::move(operands), region);
  }
  const Type& type = OneIn(2) ? kInt : kString;
  std::vector<NodeId> operands = {Pick(type, region, depth), Pick(type, region, depth)};
  return Apply(OneIn(2) ? Operation::Equal : Operation::Less, kBool, std::move(operands), region);
}

NodeId Generator::MakeString(RegionId region, int depth) {
  size_t choice = Below(5);
  if (choice == 0) {
    return MakeConstant(kString, region);
  }
  if (choice == 1) {
    return FieldOf("text", kString, region, depth);
  }
  if (choice == 2) {
    return ItemOf(kString, region, depth);
  }
  if (choice == 3) {
    return Apply(Operation::Display, kString, {Pick(OneIn(2) ? kInt : kFloat, region, depth)}, region);
  }
  std::vector<NodeId> operands = {Pick(kString, region, depth), Pick(kString, region, depth)};
  return Apply(Operation::Add, kString, std::move(operands), region);
}

NodeId Generator::MakeFloat(RegionId region, int depth) {
  if (OneIn(2)) {
    return Apply(Operation::ToFloat, kFloat, {Pick(kInt, region, depth)}, region);
  }
  std::vector<NodeId> operands = {Pick(kFloat, region, depth), Pick(kFloat, region, depth)};
  return Apply(OneIn(2) ? Operation::Multiply : Operation::Divide, kFloat, std::move(operands), region);
}

NodeId Generator::MakePair(RegionId region, int depth) {
  if (OneIn(3)) {
    return ItemOf(kPair, region, depth);
  }
  std::vector<NodeId> operands = {Pick(kInt, region, depth), Pick(kString, region, depth)};
  NodeId id = Add(NodeKind::Record, kPair, std::move(operands), region);
  function_.nodes[id].names = {"number", "text"};
  return id;
}

}  // namespace plait::tests
