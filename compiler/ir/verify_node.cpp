#include "compiler/ir/verify_node.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "compiler/base/convert.h"
#include "compiler/ir/fits.h"
#include "compiler/ir/node_names.h"

namespace plait::ir {
namespace {

/// The checks of one kind each; all give the fault in words or nothing.
class NodeVerifier {
 public:
  NodeVerifier(const Graph& graph, const Function& function, const Node& node) : graph_(graph), function_(function), node_(node) {}

  std::string Run() {
    switch (node_.kind) {
      case NodeKind::Parameter:
        return "a parameter stands among the nodes of a region";
      case NodeKind::Constant:
        return Constant();
      case NodeKind::Apply:
        return Apply();
      case NodeKind::Field:
        return Field();
      case NodeKind::List:
        return List();
      case NodeKind::Record:
        return Record();
      case NodeKind::If:
        return If();
      case NodeKind::Map:
        return Map();
      case NodeKind::Cast:
        return Shape(1, 0);
      case NodeKind::Is:
        return Is();
      case NodeKind::Try:
        return Try();
      case NodeKind::Loop:
        return Loop();
      case NodeKind::CallModel:
        return CallModel();
      case NodeKind::CallFunction:
        return CallFunction();
    }
    return "a node of no kind";
  }

 private:
  /// Without its `?`, as the checker may have narrowed it.
  [[nodiscard]] const Type& Operand(size_t i) const { return WithoutOptional(function_.nodes[node_.operands[i]].type); }
  [[nodiscard]] bool Fits(const Type& wanted, const Type& given) const { return TypeFits(wanted, given, graph_.types); }
  /// Also a union with such a member: the checker has seen to it that a value which it narrowed is of that one.
  [[nodiscard]] bool Is(size_t operand, TypeKind kind) const {
    return AnyMember(Operand(operand), [&](const Type& type) { return type.Is(kind) || type.Is(TypeKind::Never); });
  }
  template <class Predicate>
  static bool AnyMember(const Type& type, Predicate holds) {
    return type.Is(TypeKind::Union)
               ? std::any_of(type.members().begin(), type.members().end(), [&](const Type::Field& member) { return holds(member.type); })
               : holds(type);
  }

  [[nodiscard]] std::string Shape(size_t operands, size_t regions) const {
    if (node_.operands.size() != operands) {
      return fmt::format("{} has {} operands instead of {}", NodeKindName(node_.kind), node_.operands.size(), operands);
    }
    if (node_.regions.size() != regions) {
      return fmt::format("{} has {} regions instead of {}", NodeKindName(node_.kind), node_.regions.size(), regions);
    }
    return "";
  }

  [[nodiscard]] std::string Mismatch(std::string_view what, const Type& wanted, const Type& given) const {
    return Fits(wanted, given) ? "" : fmt::format("{} has type {} where {} is wanted", what, given.ToString(), wanted.ToString());
  }

  std::string Constant() {
    if (std::string fault = Shape(0, 0); !fault.empty()) {
      return fault;
    }
    if (!ValueFits(node_.constant, node_.type, graph_.types)) {
      return fmt::format("the constant {} is no {}", ToJson(node_.constant), node_.type.ToString());
    }
    return "";
  }

  std::string Apply() {
    if (std::string fault = Shape(static_cast<size_t>(OperandCount(node_.operation)), 0); !fault.empty()) {
      return fault;
    }
    if (!OperandsFit()) {
      std::string types;
      for (size_t i = 0; i < node_.operands.size(); ++i) {
        types += fmt::format("{}{}", i == 0 ? "" : ", ", Operand(i).ToString());
      }
      return fmt::format("`{}` cannot be applied to {}", OperationSpelling(node_.operation), types);
    }
    return Mismatch("the result", node_.type, ResultType());
  }

  [[nodiscard]] bool BothNumbers() const {
    return std::all_of(node_.operands.begin(), node_.operands.end(), [&](NodeId operand) {
      return AnyMember(WithoutOptional(function_.nodes[operand].type),
                       [](const Type& type) { return type.is_number() || type.Is(TypeKind::Never); });
    });
  }
  [[nodiscard]] bool Both(TypeKind kind) const { return Is(0, kind) && Is(1, kind); }

  static bool IsListOrNever(const Type& type) { return type.Is(TypeKind::List) || type.Is(TypeKind::Never); }
  static bool IsListOrStream(const Type& type) { return type.Is(TypeKind::List) || type.Is(TypeKind::Stream); }

  [[nodiscard]] bool OperandsFit() const {
    switch (node_.operation) {
      case Operation::Negate:
        return BothNumbers();
      case Operation::ToFloat:
        return BothNumbers();
      case Operation::Not:
        return Is(0, TypeKind::Bool);
      case Operation::Add:
        return BothNumbers() || Both(TypeKind::String) || Both(TypeKind::List);
      case Operation::Subtract:
      case Operation::Multiply:
      case Operation::Divide:
      case Operation::Remainder:
        return BothNumbers();
      case Operation::Equal:
      case Operation::NotEqual:
      case Operation::Display:
        return true;
      case Operation::Less:
      case Operation::LessEqual:
      case Operation::Greater:
      case Operation::GreaterEqual:
        return BothNumbers() || Both(TypeKind::String);
      case Operation::In:
        return Is(1, TypeKind::List) || Both(TypeKind::String) || (Is(0, TypeKind::String) && Is(1, TypeKind::Map));
      case Operation::Index:
        return (Is(0, TypeKind::List) || Is(0, TypeKind::Tensor)) && Is(1, TypeKind::Int);
      case Operation::Length:
        return Is(0, TypeKind::List) || Is(0, TypeKind::Map) || Is(0, TypeKind::String) || Is(0, TypeKind::Tensor) ||
               Is(0, TypeKind::Bytes);
      case Operation::Flatten:
        return Operand(0).Is(TypeKind::Stream)
                   ? IsListOrStream(Operand(0).item())
                   : Is(0, TypeKind::List) && (Operand(0).Is(TypeKind::Never) || IsListOrNever(Operand(0).item()));
      case Operation::Lookup:
        return Is(0, TypeKind::Map) && Is(1, TypeKind::String);
      case Operation::Entries:
        return Is(0, TypeKind::Map);
      case Operation::Member:
      case Operation::MemberOrNull:
        // Where a json parameter was, inlining may have put what was given for it.
        return !Is(0, TypeKind::Stream) && (Is(1, TypeKind::String) || Is(1, TypeKind::Int));
      default:
        return true;  // the library's, whose signatures the checker holds
    }
  }

  /// Needs operands that fit.
  [[nodiscard]] Type ResultType() const {
    bool has_union = std::any_of(node_.operands.begin(), node_.operands.end(),
                                 [&](NodeId operand) { return WithoutOptional(function_.nodes[operand].type).Is(TypeKind::Union); });
    if (has_union && !IsTest(node_.operation)) {
      return node_.type;
    }
    switch (node_.operation) {
      case Operation::Negate:
        return Operand(0);
      case Operation::Divide:
      case Operation::ToFloat:
        return Type::Of(TypeKind::Float);
      case Operation::Add:
      case Operation::Subtract:
      case Operation::Multiply:
      case Operation::Remainder:
        return SumType();
      case Operation::Flatten:
        if (Operand(0).Is(TypeKind::Stream)) {
          return Type::Stream(Operand(0).item().item());
        }
        [[fallthrough]];
      case Operation::Index:
        if (Operand(0).Is(TypeKind::Tensor)) {
          return RowOf(Operand(0));
        }
        return Operand(0).Is(TypeKind::Never) ? Operand(0) : Operand(0).item();
      case Operation::Length:
        return Type::Of(TypeKind::Int);
      case Operation::Display:
        return Type::Of(TypeKind::String);
      case Operation::Lookup:
        return Type::Optional(Operand(0).item());
      case Operation::Entries:
        return Type::List(Type::Anonymous({{"key", Type::Of(TypeKind::String)}, {"value", Operand(0).item()}}));
      case Operation::Member:
      case Operation::MemberOrNull:
        return Type::Of(TypeKind::Json);
      default:
        return IsTest(node_.operation) ? Type::Of(TypeKind::Bool) : node_.type;
    }
  }

  static bool IsTest(Operation operation) { return IsComparison(operation) || operation == Operation::Not || operation == Operation::In; }

  [[nodiscard]] Type SumType() const {
    if (Operand(0).Is(TypeKind::List) && Operand(1).Is(TypeKind::List)) {
      // Lists of different items join where the result can hold both.
      return Fits(node_.type, Operand(0)) && Fits(node_.type, Operand(1)) ? node_.type : Type();
    }
    bool is_float = Operand(0).Is(TypeKind::Float) || Operand(1).Is(TypeKind::Float);
    return is_float ? Type::Of(TypeKind::Float) : Operand(Operand(0).Is(TypeKind::Never) ? 1 : 0);
  }

  /// The type of a field of a record type, or nothing.
  [[nodiscard]] const Type* FieldType(const Type& record, std::string_view name) const {
    if (record.Is(TypeKind::Anonymous)) {
      for (const Type::Field& field : record.fields()) {
        if (field.name == name) {
          return &field.type;
        }
      }
    }
    if (record.Is(TypeKind::Record)) {
      auto found = graph_.types.records.find(record.name());
      if (found != graph_.types.records.end()) {
        for (const RecordField& field : found->second) {
          if (field.name == name) {
            return &field.type;
          }
        }
      }
    }
    return nullptr;
  }

  std::string Field() {
    if (std::string fault = Shape(1, 0); !fault.empty()) {
      return fault;
    }
    if (node_.names.size() != 1) {
      return "a field has not exactly one name";
    }
    if (Is(0, TypeKind::Json)) {
      return "";
    }
    const Type* type = nullptr;
    AnyMember(Operand(0), [&](const Type& member) { return (type = FieldType(member, node_.names[0])) != nullptr; });
    if (type == nullptr) {
      return fmt::format("{} has no field `{}`", Operand(0).ToString(), node_.names[0]);
    }
    return Mismatch("the field", node_.type, *type);
  }

  std::string List() {
    if (!node_.regions.empty()) {
      return "list has regions";
    }
    const Type& type = WithoutOptional(node_.type);
    if (type.Is(TypeKind::Json)) {
      return "";
    }
    if (!type.Is(TypeKind::List)) {
      return fmt::format("a list has type {}", node_.type.ToString());
    }
    for (size_t i = 0; i < node_.operands.size(); ++i) {
      if (std::string fault = Mismatch("an item", type.item(), Operand(i)); !fault.empty()) {
        return fault;
      }
    }
    return "";
  }

  std::string Record() {
    if (!node_.regions.empty() || node_.names.size() != node_.operands.size()) {
      return "a record has not one name a field";
    }
    const Type& type = WithoutOptional(node_.type);
    if (type.Is(TypeKind::Json)) {
      return "";
    }
    if (type.Is(TypeKind::Map)) {
      for (size_t i = 0; i < node_.operands.size(); ++i) {
        if (std::string fault = Mismatch("an item", type.item(), Operand(i)); !fault.empty()) {
          return fault;
        }
      }
      return "";
    }
    std::vector<Type::Field> fields;
    for (size_t i = 0; i < node_.operands.size(); ++i) {
      fields.push_back({node_.names[i], Operand(i)});
    }
    return Mismatch("a record", type, Type::Anonymous(std::move(fields)));
  }

  std::string If() {
    if (std::string fault = Shape(1, 2); !fault.empty()) {
      return fault;
    }
    if (!Is(0, TypeKind::Bool)) {
      return fmt::format("a condition has type {}", Operand(0).ToString());
    }
    for (RegionId region : node_.regions) {
      if (!function_.regions[region].parameters.empty()) {
        return "an arm has parameters";
      }
      if (std::string fault = Mismatch("an arm", node_.type, ResultOf(region)); !fault.empty()) {
        return fault;
      }
    }
    return "";
  }

  [[nodiscard]] const Type& ResultOf(RegionId region) const { return function_.nodes[function_.regions[region].result].type; }

  std::string Map() {
    if (std::string fault = Shape(1, node_.regions.size() == 2 ? 2 : 1); !fault.empty()) {
      return fault;
    }
    // Of a stream a map makes a stream, or takes it in and makes a list; of a list it makes a list.
    bool is_right =
        Operand(0).Is(TypeKind::Stream) ? IsListOrStream(node_.type) : Operand(0).Is(TypeKind::List) && node_.type.Is(TypeKind::List);
    if (!is_right) {
      return fmt::format("a map makes {} of {}", node_.type.ToString(), Operand(0).ToString());
    }
    for (RegionId region : node_.regions) {
      const std::vector<NodeId>& parameters = function_.regions[region].parameters;
      if (parameters.size() != 2 || !function_.nodes[parameters[1]].type.Is(TypeKind::Int)) {
        return "a map's region has other parameters than an item and its index";
      }
      if (std::string fault = Mismatch("the item", function_.nodes[parameters[0]].type, Operand(0).item()); !fault.empty()) {
        return fault;
      }
    }
    if (node_.regions.size() == 2 && !ResultOf(node_.regions[1]).Is(TypeKind::Bool)) {
      return fmt::format("a map's condition has type {}", ResultOf(node_.regions[1]).ToString());
    }
    return Mismatch("a map's body", node_.type.item(), ResultOf(node_.regions[0]));
  }

  std::string Is() {
    if (std::string fault = Shape(1, 0); !fault.empty()) {
      return fault;
    }
    if (node_.tested.is_error() || !node_.type.Is(TypeKind::Bool)) {
      return fmt::format("a test for {} gives {}", node_.tested.ToString(), node_.type.ToString());
    }
    return "";
  }

  std::string Try() {
    if (std::string fault = Shape(0, 1); !fault.empty()) {
      return fault;
    }
    if (!function_.regions[node_.regions[0]].parameters.empty()) {
      return "what is tried has parameters";
    }
    if (node_.within_ms.value_or(1) < 1 || node_.retries < 0) {
      return fmt::format("a try has {} ms and {} retries", node_.within_ms.value_or(0), node_.retries);
    }
    const Type& result = ResultOf(node_.regions[0]);
    if (!node_.is_tolerant) {
      return Mismatch("what is tried", node_.type, result);
    }
    if (!node_.type.Is(TypeKind::Anonymous) || node_.type.fields().size() != 2 ||
        !(node_.type.fields()[0] == Type::Field{"failed", Type::Of(TypeKind::Bool)}) || node_.type.fields()[1].name != "value") {
      return fmt::format("a tolerant try gives {}", node_.type.ToString());
    }
    return Mismatch("what is tried", node_.type.fields()[1].type, result);
  }

  std::string Loop() {
    if (std::string fault = Shape(1, 2); !fault.empty()) {
      return fault;
    }
    if (node_.limit < 1) {
      return fmt::format("a loop runs up to {} rounds", node_.limit);
    }
    for (RegionId region : node_.regions) {
      const std::vector<NodeId>& parameters = function_.regions[region].parameters;
      if (parameters.size() != 1 || !(function_.nodes[parameters[0]].type == node_.type)) {
        return fmt::format("a loop's region has other parameters than one {}", node_.type.ToString());
      }
    }
    if (!ResultOf(node_.regions[1]).Is(TypeKind::Bool)) {
      return fmt::format("a loop's condition has type {}", ResultOf(node_.regions[1]).ToString());
    }
    if (std::string fault = Mismatch("the first state", node_.type, function_.nodes[node_.operands[0]].type); !fault.empty()) {
      return fault;
    }
    return Mismatch("the next state", node_.type, ResultOf(node_.regions[0]));
  }

  std::string CallModel() {
    if (!node_.regions.empty() || node_.names.size() != node_.operands.size() || node_.method.empty()) {
      return "a model call has no method, or not one name an argument";
    }
    std::set<std::string> names(node_.names.begin(), node_.names.end());
    return names.size() == node_.names.size() ? "" : "a model call names an argument twice";
  }

  std::string CallFunction() {
    const Function& callee = graph_.functions[node_.function];
    if (std::string fault = Shape(callee.parameters.size(), 0); !fault.empty()) {
      return fault;
    }
    for (size_t i = 0; i < node_.operands.size(); ++i) {
      if (std::string fault = Mismatch("an argument", callee.parameters[i].type, Operand(i)); !fault.empty()) {
        return fault;
      }
    }
    return Mismatch("the result of a call", node_.type, callee.result);
  }

  const Graph& graph_;
  const Function& function_;
  const Node& node_;
};

}  // namespace

std::string VerifyNode(const Graph& graph, const Function& function, const Node& node) { return NodeVerifier(graph, function, node).Run(); }

}  // namespace plait::ir
