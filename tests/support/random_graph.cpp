#include "tests/support/random_graph.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/random_generator.h"

namespace plait::tests {

ir::Function Generator::Run(std::string name, const std::vector<Type>& parameters, const Type& result, bool is_entry) {
  function_.name = std::move(name);
  function_.is_entry = is_entry;
  function_.result = result;
  function_.body = function_.regions.Add({});
  for (size_t i = 0; i < parameters.size(); ++i) {
    function_.parameters.push_back({"p" + std::to_string(i), parameters[i], std::nullopt});
    visible_.push_back(AddParameter(function_.body, parameters[i]));
  }
  FillRegion(function_.body, result, 0);
  return ir::Canonical(function_);
}

NodeId Generator::AddParameter(RegionId region, const Type& type) {
  ir::Node node;
  node.kind = NodeKind::Parameter;
  node.type = type;
  NodeId id = function_.nodes.Add(std::move(node));
  function_.regions[region].parameters.push_back(id);
  return id;
}

void Generator::FillRegion(RegionId region, const Type& result, int depth) {
  size_t outside = visible_.size();
  std::vector<Type> types = {kInt,    kInt,  kBool, kString, kFloat, Type::List(kInt), Type::List(kString), kPair, Type::List(kPair),
                             kEither, kMood, kMap};
  size_t count = 1 + Below(static_cast<size_t>(options_.nodes_per_region));
  for (size_t i = 0; i < count; ++i) {
    visible_.push_back(Make(types[Below(types.size())], region, depth));
  }
  const bool gives_many = options_.gives_many && function_.is_entry && depth == 0;
  NodeId result_id = gives_many ? ManyVisible(region) : OneIn(3) ? Pick(result, region, depth) : Make(result, region, depth);
  function_.regions[region].result = result_id;
  visible_.resize(outside);
}

NodeId Generator::ManyVisible(RegionId region) {
  std::vector<NodeId> items;
  for (NodeId node : visible_) {
    if (OneIn(2)) {
      items.push_back(Apply(Operation::Display, kString, {node}, region));
    }
  }
  return Add(NodeKind::List, Type::List(kString), std::move(items), region);
}

RegionId Generator::NewArm(const Type& result, int depth) {
  RegionId region = function_.regions.Add({});
  FillRegion(region, result, depth + 1);
  return region;
}

RegionId Generator::NewItemRegion(const Type& item, const Type& result, int depth) {
  RegionId region = function_.regions.Add({});
  size_t outside = visible_.size();
  visible_.push_back(AddParameter(region, item));
  visible_.push_back(AddParameter(region, kInt));
  FillRegion(region, result, depth + 1);
  visible_.resize(outside);
  return region;
}

RegionId Generator::NewStateRegion(const Type& state, const Type& result, int depth) {
  RegionId region = function_.regions.Add({});
  size_t outside = visible_.size();
  visible_.push_back(AddParameter(region, state));
  FillRegion(region, result, depth + 1);
  visible_.resize(outside);
  return region;
}

NodeId Generator::Pick(const Type& type, RegionId region, int depth) {
  std::vector<NodeId> fitting;
  for (NodeId node : visible_) {
    if (function_.nodes[node].type == type) {
      fitting.push_back(node);
    }
  }
  if (fitting.empty() || OneIn(8)) {
    return fitting.empty() ? MakeConstant(type, region) : Make(type, region, depth);
  }
  size_t from_end = std::min(Below(fitting.size()), Below(fitting.size()));
  return fitting[fitting.size() - 1 - from_end];
}

NodeId Generator::PickOpaque(const Type& type, RegionId region, int depth) {
  if (options_.takes_parts_of_literals) {
    return Pick(type, region, depth);
  }
  std::vector<NodeId> fitting;
  for (NodeId node : visible_) {
    NodeKind kind = function_.nodes[node].kind;
    if (function_.nodes[node].type == type && (kind == NodeKind::CallModel || (kind == NodeKind::Parameter && function_.is_entry))) {
      fitting.push_back(node);
    }
  }
  return fitting.empty() ? MakeCall(type, region, depth) : fitting[Below(fitting.size())];
}

NodeId Generator::Add(NodeKind kind, const Type& type, std::vector<NodeId> operands, RegionId region) {
  ir::Node node;
  node.kind = kind;
  node.type = type;
  node.operands = std::move(operands);
  return ir::AddNode(function_, region, std::move(node));
}

NodeId Generator::Make(const Type& type, RegionId region, int depth) {
  size_t choice = Below(16);
  bool may_nest = depth < options_.max_depth;
  if (choice >= 12 && may_nest) {
    return choice == 12 ? MakeLoop(type, region, depth) : choice == 13 ? MakeCast(type, region, depth) : MakeTry(type, region, depth);
  }
  if (choice < 3 && may_nest) {
    return MakeIf(type, region, depth);
  }
  if (choice < 5) {
    return MakeCall(type, region, depth);
  }
  if (choice == 5 && graph_.functions.size() > 0) {
    return MakeFunctionCall(type, region, depth);
  }
  if (type.Is(TypeKind::List)) {
    return MakeList(type, region, depth, may_nest);
  }
  if (type == kInt) {
    return MakeInt(region, depth);
  }
  if (type == kBool) {
    return MakeBool(region, depth);
  }
  if (type == kString) {
    return MakeString(region, depth);
  }
  if (type == kFloat) {
    return MakeFloat(region, depth);
  }
  if (type == kPair) {
    return MakePair(region, depth);
  }
  return OneIn(3) ? MakeConstant(type, region) : MakeCast(type, region, depth);
}

NodeId Generator::PickFirstState(const Type& type, RegionId region) {
  const std::vector<NodeId>& arguments = function_.regions[function_.body].parameters;
  std::vector<NodeId> fitting;
  for (NodeId node : visible_) {
    bool may_be_called = !function_.is_entry && std::find(arguments.begin(), arguments.end(), node) != arguments.end();
    if (function_.nodes[node].type == type && function_.nodes[node].kind == NodeKind::Parameter && !may_be_called) {
      fitting.push_back(node);
    }
  }
  return fitting.empty() ? MakeConstant(type, region) : fitting[Below(fitting.size())];
}

NodeId Generator::MakeLoop(const Type& type, RegionId region, int depth) {
  NodeId first = options_.guards_are_rich ? Pick(type, region, depth) : PickFirstState(type, region);
  RegionId body = NewStateRegion(type, type, depth);
  RegionId condition = NewStateRegion(type, kBool, depth);
  NodeId id = Add(NodeKind::Loop, type, {first}, region);
  function_.nodes[id].regions = {body, condition};
  function_.nodes[id].limit = 1 + static_cast<int64_t>(Below(4));
  return id;
}

RegionId Generator::NewGuarded(const Type& type, RegionId around, int depth) {
  if (options_.guards_are_rich && !OneIn(4)) {
    return NewArm(type, depth);
  }
  RegionId region = function_.regions.Add({});
  if (NodeId again = OneIn(2) ? CallAgain(type, region) : NodeId(); again.has_value()) {
    function_.regions[region].result = again;
    return region;
  }
  NodeId text = Pick(kString, around, depth);
  NodeId number = Pick(kInt, around, depth);
  NodeId guarded = type == kMood && OneIn(2) ? Add(NodeKind::Cast, type, {text}, region) : AddCall(type, text, number, region);
  function_.regions[region].result = guarded;
  return region;
}

NodeId Generator::MakeTry(const Type& type, RegionId region, int depth) {
  RegionId guarded = NewGuarded(type, region, depth);
  bool is_tolerant = !OneIn(3);
  NodeId id = Add(NodeKind::Try, is_tolerant ? Type::Anonymous({{"failed", kBool}, {"value", type}}) : type, {}, region);
  function_.nodes[id].regions = {guarded};
  function_.nodes[id].is_tolerant = is_tolerant;
  function_.nodes[id].retries = static_cast<int64_t>(Below(3));
  if (OneIn(2)) {
    function_.nodes[id].within_ms = 100'000;
  }
  return is_tolerant ? MakeOtherwise(id, type, region, depth) : id;
}

NodeId Generator::MakeOtherwise(NodeId guard, const Type& type, RegionId region, int depth) {
  NodeId failed = Add(NodeKind::Field, kBool, {guard}, region);
  function_.nodes[failed].names = {"failed"};
  RegionId instead = NewArm(type, depth);
  RegionId as_it_is = function_.regions.Add({});
  NodeId value = Add(NodeKind::Field, type, {guard}, as_it_is);
  function_.nodes[value].names = {"value"};
  function_.regions[as_it_is].result = value;
  NodeId id = Add(NodeKind::If, type, {failed}, region);
  function_.nodes[id].regions = {instead, as_it_is};
  return id;
}

NodeId Generator::MakeIf(const Type& type, RegionId region, int depth) {
  NodeId condition = Pick(kBool, region, depth);
  RegionId then_arm = NewArm(type, depth);
  RegionId else_arm = NewArm(type, depth);
  NodeId id = Add(NodeKind::If, type, {condition}, region);
  function_.nodes[id].regions = {then_arm, else_arm};
  return id;
}

NodeId Generator::MakeMap(const Type& item, const Type& result, RegionId region, int depth) {
  NodeId list = Pick(Type::List(item), region, depth);
  std::vector<RegionId> regions = {NewItemRegion(item, result, depth)};
  if (OneIn(2)) {
    regions.push_back(NewItemRegion(item, kBool, depth));
  }
  NodeId id = Add(NodeKind::Map, Type::List(result), {list}, region);
  function_.nodes[id].regions = std::move(regions);
  return id;
}

NodeId Generator::CallAgain(const Type& type, RegionId region) {
  auto is_visible = [&](NodeId node) { return std::find(visible_.begin(), visible_.end(), node) != visible_.end(); };
  std::vector<NodeId> fitting;
  for (uint32_t i = 0; i < function_.nodes.size(); ++i) {
    const ir::Node& node = function_.nodes[NodeId{i}];
    if (node.kind == NodeKind::CallModel && node.type == type && std::all_of(node.operands.begin(), node.operands.end(), is_visible)) {
      fitting.push_back(NodeId{i});
    }
  }
  if (fitting.empty()) {
    return {};
  }
  ir::Node again = function_.nodes[fitting[Below(fitting.size())]];
  return ir::AddNode(function_, region, std::move(again));
}

NodeId Generator::MakeCall(const Type& type, RegionId region, int depth) {
  if (NodeId again = OneIn(4) ? CallAgain(type, region) : NodeId(); again.has_value()) {
    return again;
  }
  NodeId text = Pick(kString, region, depth);
  NodeId call = AddCall(type, text, Pick(kInt, region, depth), region);
  if (OneIn(2)) {
    // One that may share a batch with it.
    ir::Node like = function_.nodes[call];
    like.operands[0] = Pick(kString, region, depth);
    visible_.push_back(ir::AddNode(function_, region, std::move(like)));
  }
  return call;
}

NodeId Generator::AddCall(const Type& type, NodeId text, NodeId number, RegionId region) {
  NodeId id = Add(NodeKind::CallModel, type, {text, number}, region);
  function_.nodes[id].model = ir::ModelId{static_cast<uint32_t>(Below(graph_.models.size()))};
  function_.nodes[id].method = "answer";
  function_.nodes[id].names = {"text", "number"};
  return id;
}

NodeId Generator::MakeFunctionCall(const Type& type, RegionId region, int depth) {
  ir::FunctionId callee{static_cast<uint32_t>(Below(graph_.functions.size()))};
  if (!(graph_.functions[callee].result == type)) {
    return MakeCall(type, region, depth);
  }
  std::vector<NodeId> operands;
  for (const ir::Parameter& parameter : graph_.functions[callee].parameters) {
    operands.push_back(Pick(parameter.type, region, depth));
  }
  NodeId id = Add(NodeKind::CallFunction, type, std::move(operands), region);
  function_.nodes[id].function = callee;
  return id;
}

ir::Graph MakeRandomGraph(const RandomGraphOptions& options) {
  std::mt19937_64 random(options.seed);
  ir::Graph graph;
  graph.types.enums["Mood"] = {{"Good", "x"}, {"Bad", "xx"}, {"None", ""}};
  graph.types.records["Pair"] = {{"number", kInt, std::nullopt}, {"text", kString, std::nullopt}};
  for (int i = 0; i < 2; ++i) {
    ir::Model model;
    model.name = "S.m" + std::to_string(i);
    model.task = "test.Task";
    model.source = "path";
    model.location = "models/m" + std::to_string(i);
    graph.models.Add(std::move(model));
  }
  RandomGraphOptions smaller = options;
  smaller.nodes_per_region = options.nodes_per_region / 2 + 1;
  smaller.max_depth = 1;
  for (int i = 0; i < 2; ++i) {
    ir::Function callee = Generator(graph, random, smaller).Run("f" + std::to_string(i), {kInt, kString}, i == 0 ? kInt : kString, false);
    if (i == 1 && options.guards_are_rich) {
      callee.timeout_ms = 100'000;
    }
    graph.functions.Add(std::move(callee));
  }
  std::vector<Type> parameters = {kInt, kString, kBool, kPair, Type::List(kInt), Type::List(kString), Type::List(kPair), kEither};
  Type result = options.gives_many ? Type::List(kString) : random() % 2 == 0 ? kString : Type::List(kInt);
  ir::Function entry = Generator(graph, random, options).Run("S.main", parameters, result, true);
  graph.functions.Add(std::move(entry));
  return graph;
}

}  // namespace plait::tests
