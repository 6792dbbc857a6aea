#include "compiler/ir/read_function.h"

#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "compiler/ir/node_names.h"

namespace plait::ir {
namespace {

/// Reads one function. One method a production.
class FunctionReader {
 public:
  FunctionReader(Cursor& cursor, FunctionId id, std::vector<PendingCall>& pending) : cursor_(cursor), id_(id), pending_(pending) {}

  /// function = "func" "@" name "(" [ param { "," param } ] ")" "->" type [ "entry" ] [ "timeout_ms" INT ] "{" nodes "return" "%" INT "}"
  Result<Function> Run(std::string doc) {
    function_.doc = std::move(doc);
    function_.body = function_.regions.Add({});
    PLAIT_TRY_VOID(cursor_.Expect("func"));
    PLAIT_TRY_VOID(cursor_.Expect("@"));
    PLAIT_TRY(function_.name, cursor_.TakeName());
    PLAIT_TRY_VOID(cursor_.Expect("("));
    while (!cursor_.Take(")")) {
      PLAIT_TRY_VOID(ReadParameter());
    }
    PLAIT_TRY_VOID(cursor_.Expect("->"));
    PLAIT_TRY(function_.result, cursor_.TakeType());
    function_.is_entry = cursor_.Take("entry");
    if (cursor_.Take("timeout_ms")) {
      PLAIT_TRY(function_.timeout_ms, cursor_.TakeInt());
    }
    PLAIT_TRY_VOID(cursor_.Expect("{"));
    PLAIT_TRY_VOID(ReadRegion(function_.body, "return", 0));
    return std::move(function_);
  }

 private:
  static constexpr int kMaxDepth = 500;
  static constexpr int kMostOperands = 4;

  /// param = "%" INT name ":" type [ "=" json ]
  Result<void> ReadParameter() {
    if (!function_.parameters.empty()) {
      PLAIT_TRY_VOID(cursor_.Expect(","));
    }
    PLAIT_TRY(std::string label, cursor_.TakeLabel());
    Parameter parameter;
    PLAIT_TRY(parameter.name, cursor_.TakeName());
    PLAIT_TRY_VOID(cursor_.Expect(":"));
    PLAIT_TRY(parameter.type, cursor_.TakeType());
    if (cursor_.Take("=")) {
      PLAIT_TRY(parameter.default_value, cursor_.TakeJson());
    }
    PLAIT_TRY_VOID(AddParameter(label, parameter.type, function_.body));
    function_.parameters.push_back(std::move(parameter));
    return {};
  }

  Result<void> AddParameter(const std::string& label, const Type& type, RegionId region) {
    Node node;
    node.kind = NodeKind::Parameter;
    node.type = type;
    PLAIT_TRY(NodeId id, Define(label, std::move(node)));
    function_.regions[region].parameters.push_back(id);
    return {};
  }

  Result<NodeId> Define(const std::string& label, Node node) {
    NodeId id{static_cast<uint32_t>(function_.nodes.size())};
    if (!labels_.emplace(label, id).second) {
      return cursor_.Fail(fmt::format("%{} is defined twice", label));
    }
    return function_.nodes.Add(std::move(node));
  }

  Result<NodeId> ReadUse() {
    PLAIT_TRY(std::string label, cursor_.TakeLabel());
    auto found = labels_.find(label);
    if (found == labels_.end()) {
      return cursor_.Fail(fmt::format("%{} is not defined", label));
    }
    return found->second;
  }

  /// nodes keyword "%" INT "}"
  Result<void> ReadRegion(RegionId region, std::string_view keyword, int depth) {
    if (depth > kMaxDepth) {
      return cursor_.Fail(fmt::format("regions are nested more than {} levels deep", kMaxDepth));
    }
    while (!cursor_.Take(keyword)) {
      PLAIT_TRY_VOID(ReadNode(region, depth));
    }
    PLAIT_TRY(NodeId result, ReadUse());
    function_.regions[region].result = result;
    return cursor_.Expect("}");
  }

  /// "%" INT "=" operation ":" type [ regions ]
  Result<void> ReadNode(RegionId region, int depth) {
    PLAIT_TRY(std::string label, cursor_.TakeLabel());
    PLAIT_TRY_VOID(cursor_.Expect("="));
    std::optional<PendingCall> call;
    Node operation;
    if (cursor_.Take("call")) {
      PLAIT_TRY(call, ReadCall(operation));
    } else {
      PLAIT_TRY(operation, ReadOperation());
    }
    PLAIT_TRY_VOID(cursor_.Expect(":"));
    PLAIT_TRY(operation.type, cursor_.TakeType());
    NodeKind kind = operation.kind;
    PLAIT_TRY(NodeId id, Define(label, std::move(operation)));
    function_.regions[region].nodes.push_back(id);
    if (call) {
      call->node = id;
      pending_.push_back(*std::move(call));
    }
    return ReadRegionsOf(kind, id, depth);
  }

  Result<void> ReadRegionsOf(NodeKind kind, NodeId id, int depth) {
    if (kind == NodeKind::If) {
      PLAIT_TRY_VOID(ReadArm(id, depth));
      PLAIT_TRY_VOID(cursor_.Expect("else"));
      return ReadArm(id, depth);
    }
    if (kind == NodeKind::Try) {
      return ReadArm(id, depth);
    }
    if (kind == NodeKind::Map) {
      PLAIT_TRY_VOID(cursor_.Expect("each"));
      PLAIT_TRY_VOID(ReadItems(id, depth));
      return cursor_.Take("where") ? ReadItems(id, depth) : Result<void>();
    }
    if (kind == NodeKind::Loop) {
      PLAIT_TRY_VOID(cursor_.Expect("each"));
      PLAIT_TRY_VOID(ReadItems(id, depth));
      PLAIT_TRY_VOID(cursor_.Expect("while"));
      return ReadItems(id, depth);
    }
    return {};
  }

  RegionId AddRegion(NodeId owner) {
    RegionId region = function_.regions.Add({});
    function_.nodes[owner].regions.push_back(region);
    return region;
  }

  /// "{" nodes "yield" "%" INT "}"
  Result<void> ReadArm(NodeId owner, int depth) {
    PLAIT_TRY_VOID(cursor_.Expect("{"));
    return ReadRegion(AddRegion(owner), "yield", depth + 1);
  }

  /// "(" [ "%" INT ":" type { "," "%" INT ":" type } ] ")" and an arm
  Result<void> ReadItems(NodeId owner, int depth) {
    RegionId region = AddRegion(owner);
    PLAIT_TRY_VOID(cursor_.Expect("("));
    while (!cursor_.Take(")")) {
      if (!function_.regions[region].parameters.empty()) {
        PLAIT_TRY_VOID(cursor_.Expect(","));
      }
      PLAIT_TRY(std::string label, cursor_.TakeLabel());
      PLAIT_TRY_VOID(cursor_.Expect(":"));
      PLAIT_TRY(Type type, cursor_.TakeType());
      PLAIT_TRY_VOID(AddParameter(label, type, region));
    }
    PLAIT_TRY_VOID(cursor_.Expect("{"));
    return ReadRegion(region, "yield", depth + 1);
  }

  /// "@" name arguments; the callee is looked up once all functions are there
  Result<PendingCall> ReadCall(Node& node) {
    node.kind = NodeKind::CallFunction;
    PLAIT_TRY_VOID(cursor_.Expect("@"));
    PLAIT_TRY(std::string callee, cursor_.TakeName());
    size_t position = cursor_.position() - callee.size();
    PLAIT_TRY_VOID(ReadArguments(node, false));
    return PendingCall{id_, {}, std::move(callee), position};
  }

  Result<Node> ReadOperation() {
    Node node;
    if (cursor_.Sees("%")) {
      return ReadInfix();
    }
    if (cursor_.Take(NodeKindName(NodeKind::Constant))) {
      node.kind = NodeKind::Constant;
      PLAIT_TRY(node.constant, cursor_.TakeJson());
      return node;
    }
    if (cursor_.Take(NodeKindName(NodeKind::Field))) {
      node.kind = NodeKind::Field;
      PLAIT_TRY_VOID(ReadOperand(node));
      PLAIT_TRY_VOID(cursor_.Expect("."));
      PLAIT_TRY(std::string name, cursor_.TakeName());
      node.names.push_back(std::move(name));
      return node;
    }
    for (NodeKind kind : {NodeKind::If, NodeKind::Map, NodeKind::Cast}) {
      if (cursor_.Take(NodeKindName(kind))) {
        node.kind = kind;
        PLAIT_TRY_VOID(ReadOperand(node));
        return node;
      }
    }
    for (NodeKind kind : {NodeKind::List, NodeKind::Record}) {
      if (cursor_.Take(NodeKindName(kind))) {
        node.kind = kind;
        PLAIT_TRY_VOID(ReadArguments(node, kind == NodeKind::Record));
        return node;
      }
    }
    if (cursor_.Take(NodeKindName(NodeKind::CallModel))) {
      return ReadModelCall();
    }
    if (cursor_.Take(NodeKindName(NodeKind::Is))) {
      node.kind = NodeKind::Is;
      PLAIT_TRY_VOID(ReadOperand(node));
      PLAIT_TRY(node.tested, cursor_.TakeType());
      return node;
    }
    if (cursor_.Take(NodeKindName(NodeKind::Try))) {
      return ReadTry();
    }
    if (cursor_.Take(NodeKindName(NodeKind::Loop))) {
      node.kind = NodeKind::Loop;
      PLAIT_TRY_VOID(ReadOperand(node));
      PLAIT_TRY_VOID(cursor_.Expect("up"));
      PLAIT_TRY_VOID(cursor_.Expect("to"));
      PLAIT_TRY(node.limit, cursor_.TakeInt());
      return node;
    }
    return ReadPrefix();
  }

  /// [ "within_ms" INT ] [ "retries" INT ] [ "tolerant" ]
  Result<Node> ReadTry() {
    Node node;
    node.kind = NodeKind::Try;
    if (cursor_.Take("within_ms")) {
      PLAIT_TRY(node.within_ms, cursor_.TakeInt());
    }
    if (cursor_.Take("retries")) {
      PLAIT_TRY(node.retries, cursor_.TakeInt());
    }
    node.is_tolerant = cursor_.Take("tolerant");
    return node;
  }

  Result<void> ReadOperand(Node& node) {
    PLAIT_TRY(NodeId operand, ReadUse());
    node.operands.push_back(operand);
    return {};
  }

  /// "(" [ [ name ":" ] "%" INT { "," [ name ":" ] "%" INT } ] ")"
  Result<void> ReadArguments(Node& node, bool are_named) {
    PLAIT_TRY_VOID(cursor_.Expect("("));
    while (!cursor_.Take(")")) {
      if (!node.operands.empty()) {
        PLAIT_TRY_VOID(cursor_.Expect(","));
      }
      if (are_named) {
        PLAIT_TRY(std::string name, cursor_.TakeName());
        PLAIT_TRY_VOID(cursor_.Expect(":"));
        node.names.push_back(std::move(name));
      }
      PLAIT_TRY_VOID(ReadOperand(node));
    }
    return {};
  }

  /// "@" INT "." name arguments
  Result<Node> ReadModelCall() {
    Node node;
    node.kind = NodeKind::CallModel;
    PLAIT_TRY_VOID(cursor_.Expect("@"));
    PLAIT_TRY(int64_t model, cursor_.TakeInt());
    if (model < 0 || model >= Id<int>::kNone) {
      return cursor_.Fail(fmt::format("there is no model @{}", model));
    }
    node.model = ModelId{static_cast<uint32_t>(model)};
    PLAIT_TRY_VOID(cursor_.Expect("."));
    PLAIT_TRY(node.method, cursor_.TakeName());
    PLAIT_TRY_VOID(ReadArguments(node, true));
    return node;
  }

  /// The operation whose spelling comes next among those of so many operands; the longest where one begins another.
  std::optional<Operation> TakeOperation(int operands) {
    std::optional<Operation> best;
    for (Operation operation : AllOperations()) {
      bool fits = OperandCount(operation) == operands && operation != Operation::Index && cursor_.Sees(OperationSpelling(operation));
      if (fits && (!best || OperationSpelling(*best).size() < OperationSpelling(operation).size())) {
        best = operation;
      }
    }
    if (best) {
      cursor_.Take(OperationSpelling(*best));
    }
    return best;
  }

  Result<Node> ReadPrefix() {
    std::optional<Operation> operation = TakeOperation(1);
    for (int operands = 3; !operation && operands <= kMostOperands; ++operands) {
      operation = TakeOperation(operands);
    }
    if (!operation) {
      return cursor_.Expected("an operation");
    }
    Node node;
    node.kind = NodeKind::Apply;
    node.operation = *operation;
    for (int i = 0; i < OperandCount(*operation); ++i) {
      if (i > 0) {
        PLAIT_TRY_VOID(cursor_.Expect(","));
      }
      PLAIT_TRY_VOID(ReadOperand(node));
    }
    return node;
  }

  Result<Node> ReadInfix() {
    Node node;
    node.kind = NodeKind::Apply;
    PLAIT_TRY_VOID(ReadOperand(node));
    if (cursor_.Take("[")) {
      node.operation = Operation::Index;
      PLAIT_TRY_VOID(ReadOperand(node));
      PLAIT_TRY_VOID(cursor_.Expect("]"));
      return node;
    }
    std::optional<Operation> operation = TakeOperation(2);
    if (!operation) {
      return cursor_.Expected("an operator");
    }
    node.operation = *operation;
    PLAIT_TRY_VOID(ReadOperand(node));
    return node;
  }

  Cursor& cursor_;
  FunctionId id_;
  std::vector<PendingCall>& pending_;
  Function function_;
  std::unordered_map<std::string, NodeId> labels_;
};

}  // namespace

Result<Function> ReadFunction(Cursor& cursor, FunctionId id, std::string doc, std::vector<PendingCall>& pending) {
  return FunctionReader(cursor, id, pending).Run(std::move(doc));
}

}  // namespace plait::ir
