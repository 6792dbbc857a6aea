#include "tests/support/random_graph.h"

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/edit.h"

namespace plait::tests {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

const Type kInt = Type::Of(TypeKind::Int);
const Type kFloat = Type::Of(TypeKind::Float);
const Type kBool = Type::Of(TypeKind::Bool);
const Type kString = Type::Of(TypeKind::String);

const Type kJson = Type::Of(TypeKind::Json);
const Type kMap = Type::Map(kInt);
const Type kMood = Type::Enum("Mood");
const Type kEither = Type::Union({kInt, kString});

const Type& Pair() {
  static const Type type = Type::Record("Pair");
  return type;
}

/// Fills the regions of one function with nodes, each of which uses what is visible.
class Generator {
 public:
  Generator(ir::Graph& graph, std::mt19937_64& random, const RandomGraphOptions& options)
      : graph_(graph), random_(random), options_(options) {}

  ir::Function Run(std::string name, const std::vector<Type>& parameters, const Type& result, bool is_entry) {
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

 private:
  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }
  bool OneIn(size_t n) { return Below(n) == 0; }

  NodeId AddParameter(RegionId region, const Type& type) {
    ir::Node node;
    node.kind = NodeKind::Parameter;
    node.type = type;
    NodeId id = function_.nodes.Add(std::move(node));
    function_.regions[region].parameters.push_back(id);
    return id;
  }

  /// Adds nodes, most of which nobody will use, and a result of the type.
  void FillRegion(RegionId region, const Type& result, int depth) {
    size_t outside = visible_.size();
    std::vector<Type> types = {kInt,    kInt,  kBool, kString, kFloat, Type::List(kInt), Type::List(kString), Pair(), Type::List(Pair()),
                               kEither, kMood, kMap};
    size_t count = 1 + Below(static_cast<size_t>(options_.nodes_per_region));
    for (size_t i = 0; i < count; ++i) {
      visible_.push_back(Make(types[Below(types.size())], region, depth));
    }
    NodeId result_id = OneIn(3) ? Pick(result, region, depth) : Make(result, region, depth);
    function_.regions[region].result = result_id;
    visible_.resize(outside);
  }

  RegionId NewArm(const Type& result, int depth) {
    RegionId region = function_.regions.Add({});
    FillRegion(region, result, depth + 1);
    return region;
  }

  RegionId NewItemRegion(const Type& item, const Type& result, int depth) {
    RegionId region = function_.regions.Add({});
    size_t outside = visible_.size();
    visible_.push_back(AddParameter(region, item));
    visible_.push_back(AddParameter(region, kInt));
    FillRegion(region, result, depth + 1);
    visible_.resize(outside);
    return region;
  }

  RegionId NewStateRegion(const Type& state, const Type& result, int depth) {
    RegionId region = function_.regions.Add({});
    size_t outside = visible_.size();
    visible_.push_back(AddParameter(region, state));
    FillRegion(region, result, depth + 1);
    visible_.resize(outside);
    return region;
  }

  /// A visible node of the type, mostly a late one, or a new one where there is none.
  NodeId Pick(const Type& type, RegionId region, int depth) {
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

  /// A visible node of the type whose parts no pass can see.
  NodeId PickOpaque(const Type& type, RegionId region, int depth) {
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

  NodeId Add(NodeKind kind, const Type& type, std::vector<NodeId> operands, RegionId region) {
    ir::Node node;
    node.kind = kind;
    node.type = type;
    node.operands = std::move(operands);
    return ir::AddNode(function_, region, std::move(node));
  }

  NodeId MakeConstant(const Type& type, RegionId region) {
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
    if (type == Pair()) {
      ir::Node node;
      node.kind = NodeKind::Record;
      node.type = type;
      node.names = {"number", "text"};
      node.operands = {MakeConstant(kInt, region), MakeConstant(kString, region)};
      return ir::AddNode(function_, region, std::move(node));
    }
    return ir::AddConstant(function_, region, type, Value::List({}));
  }

  NodeId Make(const Type& type, RegionId region, int depth) {
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
    if (type == Pair()) {
      return MakePair(region, depth);
    }
    return OneIn(3) ? MakeConstant(type, region) : MakeCast(type, region, depth);
  }

  /// Most casts go well.
  NodeId MakeCast(const Type& type, RegionId region, int depth) {
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

  /// The union's value where it is of the type, else something else.
  NodeId MakeNarrowed(const Type& type, RegionId region, int depth) {
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

  /// A value of the type as json, or now and then another.
  NodeId MakeJson(const Type& type, RegionId region, int depth) {
    return Add(NodeKind::Cast, kJson, {OneIn(10) ? Pick(kString, region, depth) : Pick(type, region, depth)}, region);
  }

  /// A value that takes no call to have: passes that see that a loop runs once leave out a first state that its body does not read.
  NodeId PickFirstState(const Type& type, RegionId region) {
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

  NodeId MakeLoop(const Type& type, RegionId region, int depth) {
    NodeId first = options_.guards_are_rich ? Pick(type, region, depth) : PickFirstState(type, region);
    RegionId body = NewStateRegion(type, type, depth);
    RegionId condition = NewStateRegion(type, kBool, depth);
    NodeId id = Add(NodeKind::Loop, type, {first}, region);
    function_.nodes[id].regions = {body, condition};
    function_.nodes[id].limit = 1 + static_cast<int64_t>(Below(4));
    return id;
  }

  /// The region of a guard, which holds a call or a cast, or anything.
  RegionId NewGuarded(const Type& type, RegionId around, int depth) {
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

  NodeId MakeTry(const Type& type, RegionId region, int depth) {
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

  /// if guard.failed { something else } else { guard.value }
  NodeId MakeOtherwise(NodeId guard, const Type& type, RegionId region, int depth) {
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

  NodeId MakeIf(const Type& type, RegionId region, int depth) {
    NodeId condition = Pick(kBool, region, depth);
    RegionId then_arm = NewArm(type, depth);
    RegionId else_arm = NewArm(type, depth);
    NodeId id = Add(NodeKind::If, type, {condition}, region);
    function_.nodes[id].regions = {then_arm, else_arm};
    return id;
  }

  NodeId MakeMap(const Type& item, const Type& result, RegionId region, int depth) {
    NodeId list = Pick(Type::List(item), region, depth);
    std::vector<RegionId> regions = {NewItemRegion(item, result, depth)};
    if (OneIn(2)) {
      regions.push_back(NewItemRegion(item, kBool, depth));
    }
    NodeId id = Add(NodeKind::Map, Type::List(result), {list}, region);
    function_.nodes[id].regions = std::move(regions);
    return id;
  }

  /// A call that equals one somewhere else in the function; nothing where none can stand here.
  NodeId CallAgain(const Type& type, RegionId region) {
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

  NodeId MakeCall(const Type& type, RegionId region, int depth) {
    if (NodeId again = OneIn(4) ? CallAgain(type, region) : NodeId(); again.has_value()) {
      return again;
    }
    NodeId text = Pick(kString, region, depth);
    return AddCall(type, text, Pick(kInt, region, depth), region);
  }

  NodeId AddCall(const Type& type, NodeId text, NodeId number, RegionId region) {
    NodeId id = Add(NodeKind::CallModel, type, {text, number}, region);
    function_.nodes[id].model = ir::ModelId{static_cast<uint32_t>(Below(graph_.models.size()))};
    function_.nodes[id].method = "answer";
    function_.nodes[id].names = {"text", "number"};
    return id;
  }

  NodeId MakeFunctionCall(const Type& type, RegionId region, int depth) {
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

  NodeId Apply(Operation operation, const Type& type, std::vector<NodeId> operands, RegionId region) {
    return ir::AddApply(function_, region, operation, type, std::move(operands));
  }

  NodeId ItemOf(const Type& item, RegionId region, int depth) {
    std::vector<NodeId> operands = {PickOpaque(Type::List(item), region, depth), Pick(kInt, region, depth)};
    return Apply(Operation::Index, item, std::move(operands), region);
  }

  NodeId FieldOf(const std::string& name, const Type& type, RegionId region, int depth) {
    NodeId id = Add(NodeKind::Field, type, {PickOpaque(Pair(), region, depth)}, region);
    function_.nodes[id].names = {name};
    return id;
  }

  NodeId MakeList(const Type& type, RegionId region, int depth, bool may_nest) {
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
    Type source = OneIn(2) ? kInt : OneIn(2) ? kString : Pair();
    if (choice == 2) {
      NodeId nested = MakeMap(source, type, region, depth);
      return Apply(Operation::Flatten, type, {nested}, region);
    }
    return MakeMap(source, item, region, depth);
  }

  NodeId MakeInt(RegionId region, int depth) {
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

  NodeId MakeBool(RegionId region, int depth) {
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

  NodeId MakeString(RegionId region, int depth) {
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

  NodeId MakeFloat(RegionId region, int depth) {
    if (OneIn(2)) {
      return Apply(Operation::ToFloat, kFloat, {Pick(kInt, region, depth)}, region);
    }
    std::vector<NodeId> operands = {Pick(kFloat, region, depth), Pick(kFloat, region, depth)};
    return Apply(OneIn(2) ? Operation::Multiply : Operation::Divide, kFloat, std::move(operands), region);
  }

  NodeId MakePair(RegionId region, int depth) {
    if (OneIn(3)) {
      return ItemOf(Pair(), region, depth);
    }
    std::vector<NodeId> operands = {Pick(kInt, region, depth), Pick(kString, region, depth)};
    NodeId id = Add(NodeKind::Record, Pair(), std::move(operands), region);
    function_.nodes[id].names = {"number", "text"};
    return id;
  }

  ir::Graph& graph_;
  std::mt19937_64& random_;
  const RandomGraphOptions& options_;
  ir::Function function_;
  std::vector<NodeId> visible_;
};

}  // namespace

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
  std::vector<Type> parameters = {kInt, kString, kBool, Pair(), Type::List(kInt), Type::List(kString), Type::List(Pair()), kEither};
  Type result = random() % 2 == 0 ? kString : Type::List(kInt);
  ir::Function entry = Generator(graph, random, options).Run("S.main", parameters, result, true);
  graph.functions.Add(std::move(entry));
  return graph;
}

}  // namespace plait::tests
