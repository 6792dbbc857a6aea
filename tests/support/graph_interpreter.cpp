#include "tests/support/graph_interpreter.h"

#include <memory>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/convert.h"
#include "compiler/base/operations.h"
#include "compiler/base/split_mix.h"
#include "compiler/ir/can_fail.h"
#include "compiler/ir/edit.h"

namespace plait::tests {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

/// One computation of one region: the values of its nodes so far.
struct Frame {
  const ir::Function* function = nullptr;
  const ir::Placement* placement = nullptr;
  RegionId region;
  Frame* outer = nullptr;
  std::unordered_map<uint32_t, Value> values;
  // A called function's arguments are computed in the caller's frame when they are needed.
  Frame* caller = nullptr;
  const ir::Node* call = nullptr;
};

class Interpreter {
 public:
  Interpreter(const ir::Graph& graph, const FakeModel& model, Strategy strategy) : graph_(graph), model_(model), strategy_(strategy) {
    for (const ir::Function& function : graph.functions) {
      placements_.push_back(ir::PlaceNodes(function));
    }
  }

  Interpretation Run(ir::FunctionId id, const std::vector<Value>& arguments) {
    const ir::Function& function = graph_.functions[id];
    Frame frame{&function, &placements_[id.index], function.body, nullptr, {}, nullptr, nullptr};
    const std::vector<NodeId>& parameters = function.regions[function.body].parameters;
    for (size_t i = 0; i < parameters.size(); ++i) {
      frame.values[parameters[i].index] = arguments[i];
    }
    Result<Value> result = RunRegion(frame);
    return {std::move(result), std::move(calls_), has_caught_};
  }

 private:
  Result<Value> RunRegion(Frame& frame) {
    const ir::Region& region = frame.function->regions[frame.region];
    if (strategy_ == Strategy::WholeRegions) {
      for (NodeId node : region.nodes) {
        PLAIT_TRY(Value ignored, ValueOf(node, frame));
      }
    }
    return ValueOf(region.result, frame);
  }

  Result<Value> ValueOf(NodeId id, Frame& inner) {
    Frame* frame = &inner;
    while (frame->region != inner.placement->region_of[id.index]) {
      frame = frame->outer;
    }
    if (auto known = frame->values.find(id.index); known != frame->values.end()) {
      return known->second;
    }
    PLAIT_TRY(Value value, Compute(id, *frame));
    frame->values[id.index] = value;
    return value;
  }

  Result<Value> Compute(NodeId id, Frame& frame) {
    const ir::Node& node = frame.function->nodes[id];
    switch (node.kind) {
      case NodeKind::Parameter:
        return ArgumentOf(id, frame);
      case NodeKind::Constant:
        return node.constant;
      case NodeKind::If:
        return ComputeIf(node, frame);
      case NodeKind::Map:
        return ComputeMap(node, frame);
      case NodeKind::CallFunction:
        return ComputeCall(node, frame);
      case NodeKind::Try:
        return ComputeTry(node, frame);
      case NodeKind::Loop:
        return ComputeLoop(node, frame);
      default:
        break;
    }
    std::vector<Value> operands;
    for (NodeId operand : node.operands) {
      PLAIT_TRY(Value value, ValueOf(operand, frame));
      operands.push_back(std::move(value));
    }
    return ComputePlain(node, std::move(operands));
  }

  Result<Value> ComputePlain(const ir::Node& node, std::vector<Value> operands) {
    if (node.kind == NodeKind::Apply && node.operation == Operation::ListStream) {
      return operands[0];  // here a stream is a list
    }
    if (node.kind == NodeKind::Apply) {
      return Apply(node.operation, operands);
    }
    if (node.kind == NodeKind::Cast) {
      return CastValue(operands[0], node.type, graph_.types);
    }
    if (node.kind == NodeKind::Is) {
      return Value::Bool(ValueFits(operands[0], node.tested, graph_.types));
    }
    if (node.kind == NodeKind::List) {
      return Value::List(std::move(operands));
    }
    if (node.kind == NodeKind::Field) {
      const Value* field = operands[0].Field(node.names[0]);
      return field != nullptr ? Result<Value>(*field) : Error{FailureKind::InputMismatch, "no field " + node.names[0], "", {}};
    }
    ValueFields fields;
    for (size_t i = 0; i < operands.size(); ++i) {
      fields.emplace_back(node.names[i], std::move(operands[i]));
    }
    if (node.kind == NodeKind::Record) {
      return Value::Record(std::move(fields));
    }
    calls_.push_back(fmt::format("{}.{}({})", graph_.models[node.model].name, node.method, ToJson(Value::Record(fields))));
    return model_(graph_, node, fields);
  }

  /// The value of a called function's parameter.
  Result<Value> ArgumentOf(NodeId id, Frame& frame) {
    const std::vector<NodeId>& parameters = frame.function->regions[frame.region].parameters;
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (parameters[i] == id) {
        return ValueOf(frame.call->operands[i], *frame.caller);
      }
    }
    return Value();
  }

  static Frame Inner(Frame& frame, RegionId region) { return {frame.function, frame.placement, region, &frame, {}, nullptr, nullptr}; }

  Result<Value> ComputeIf(const ir::Node& node, Frame& frame) {
    PLAIT_TRY(Value condition, ValueOf(node.operands[0], frame));
    Frame arm = Inner(frame, node.regions[condition.AsBool() ? 0 : 1]);
    return RunRegion(arm);
  }

  Result<Value> ComputeMap(const ir::Node& node, Frame& frame) {
    PLAIT_TRY(Value list, ValueOf(node.operands[0], frame));
    ValueList results;
    for (size_t i = 0; i < list.AsList().size(); ++i) {
      if (node.regions.size() == 2) {
        PLAIT_TRY(Value holds, RunForItem(node.regions[1], list.AsList()[i], i, frame));
        if (!holds.AsBool()) {
          continue;
        }
      }
      PLAIT_TRY(Value result, RunForItem(node.regions[0], list.AsList()[i], i, frame));
      results.push_back(std::move(result));
    }
    return Value::List(std::move(results));
  }

  Result<Value> RunForItem(RegionId region, const Value& item, size_t index, Frame& frame) {
    Frame inner = Inner(frame, region);
    const std::vector<NodeId>& parameters = frame.function->regions[region].parameters;
    inner.values[parameters[0].index] = item;
    inner.values[parameters[1].index] = Value::Int(static_cast<int64_t>(index));
    return RunRegion(inner);
  }

  /// No time passes here, so deadlines never come.
  Result<Value> ComputeTry(const ir::Node& node, Frame& frame) {
    // What comes from outside is an argument: its failure is not caught.
    for (NodeId argument : ir::NeededFromOutside(*frame.function, node)) {
      PLAIT_TRY(Value ignored, ValueOf(argument, frame));
    }
    for (int64_t attempt = 0;; ++attempt) {
      Frame inner = Inner(frame, node.regions[0]);
      Result<Value> value = RunRegion(inner);
      has_caught_ = has_caught_ || (!value.ok() && (node.is_tolerant || node.retries > 0));
      if (!value.ok() && attempt < node.retries && IsTransient(value.error().kind)) {
        continue;
      }
      if (!node.is_tolerant) {
        return value;
      }
      return Value::Record({{"failed", Value::Bool(!value.ok())}, {"value", value.ok() ? *std::move(value) : Value()}});
    }
  }

  Result<Value> ComputeLoop(const ir::Node& node, Frame& frame) {
    PLAIT_TRY(Value state, ValueOf(node.operands[0], frame));
    for (int64_t round = 0; round < node.limit; ++round) {
      if (round > 0) {
        PLAIT_TRY(Value holds, RunForState(node.regions[1], state, frame));
        if (!holds.AsBool()) {
          break;
        }
      }
      PLAIT_TRY(state, RunForState(node.regions[0], state, frame));
    }
    return state;
  }

  Result<Value> RunForState(RegionId region, const Value& state, Frame& frame) {
    Frame inner = Inner(frame, region);
    inner.values[frame.function->regions[region].parameters[0].index] = state;
    return RunRegion(inner);
  }

  Result<Value> ComputeCall(const ir::Node& node, Frame& frame) {
    const ir::Function& callee = graph_.functions[node.function];
    Frame inner{&callee, &placements_[node.function.index], callee.body, nullptr, {}, &frame, &node};
    // A deadline of its own is a guard around the callee.
    if (callee.timeout_ms) {
      for (NodeId parameter : callee.regions[callee.body].parameters) {
        if (Needs(callee, parameter)) {
          PLAIT_TRY(Value ignored, ValueOf(parameter, inner));
        }
      }
    }
    return RunRegion(inner);
  }

  /// Whether the function's result depends on the node.
  static bool Needs(const ir::Function& function, NodeId wanted) {
    std::vector<bool> is_seen(function.nodes.size());
    std::vector<NodeId> waiting = {function.regions[function.body].result};
    while (!waiting.empty()) {
      NodeId id = waiting.back();
      waiting.pop_back();
      if (id == wanted) {
        return true;
      }
      if (is_seen[id.index]) {
        continue;
      }
      is_seen[id.index] = true;
      const ir::Node& node = function.nodes[id];
      waiting.insert(waiting.end(), node.operands.begin(), node.operands.end());
      for (RegionId region : node.regions) {
        waiting.push_back(function.regions[region].result);
      }
    }
    return false;
  }

  const ir::Graph& graph_;
  const FakeModel& model_;
  Strategy strategy_;
  std::vector<ir::Placement> placements_;
  std::vector<std::string> calls_;
  bool has_caught_ = false;
};

uint64_t HashText(std::string_view text) {
  uint64_t hash = 0;
  for (char c : text) {
    hash = SplitMix64(hash ^ static_cast<unsigned char>(c));
  }
  return hash;
}

Value FakeRecord(const std::vector<std::pair<std::string, Type>>& declared, const TypeTable& types, uint64_t seed) {
  ValueFields fields;
  for (const auto& [name, type] : declared) {
    fields.emplace_back(name, FakeValue(type, types, seed ^ HashText(name)));
  }
  return Value::Record(std::move(fields));
}

}  // namespace

Interpretation Interpret(const ir::Graph& graph, ir::FunctionId function, const std::vector<Value>& arguments, const FakeModel& model,
                         Strategy strategy) {
  return Interpreter(graph, model, strategy).Run(function, arguments);
}

Value FakeValue(const Type& type, const TypeTable& types, uint64_t seed) {
  seed = SplitMix64(seed);
  switch (type.kind()) {
    case TypeKind::Bool:
      return Value::Bool(seed % 2 == 0);
    case TypeKind::Int:
      return Value::Int(static_cast<int64_t>(seed % 6) - 1);
    case TypeKind::Float:
      return Value::Float(static_cast<double>(seed % 16) / 8);
    case TypeKind::String:
      return Value::String(std::string(seed % 4, static_cast<char>('a' + seed % 5)));
    case TypeKind::Stream:
    case TypeKind::List: {
      ValueList items;
      for (uint64_t i = 0; i < seed % 4; ++i) {
        items.push_back(FakeValue(type.item(), types, seed + i));
      }
      return Value::List(std::move(items));
    }
    case TypeKind::Optional:
      return seed % 3 == 0 ? Value() : FakeValue(type.item(), types, seed);
    case TypeKind::Record: {
      std::vector<std::pair<std::string, Type>> declared;
      for (const RecordField& field : types.records.at(type.name())) {
        declared.emplace_back(field.name, field.type);
      }
      return FakeRecord(declared, types, seed);
    }
    case TypeKind::Anonymous: {
      std::vector<std::pair<std::string, Type>> declared;
      for (const Type::Field& field : type.fields()) {
        declared.emplace_back(field.name, field.type);
      }
      return FakeRecord(declared, types, seed);
    }
    case TypeKind::Map: {
      ValueFields items;
      for (uint64_t i = 0; i < seed % 3; ++i) {
        items.emplace_back(std::string(1, static_cast<char>('k' + i)), FakeValue(type.item(), types, seed + i));
      }
      return Value::Record(std::move(items));
    }
    case TypeKind::Enum: {
      const std::vector<EnumVariant>& variants = types.enums.at(type.name());
      return Value::String(variants[seed % variants.size()].label);
    }
    case TypeKind::Union:
      return FakeValue(type.members()[seed % type.members().size()].type, types, seed + 1);
    default:
      return {};
  }
}

FakeModel MakeFakeModel(uint64_t one_failure_in) {
  return [one_failure_in](const ir::Graph& graph, const ir::Node& call, const ValueFields& arguments) -> Result<Value> {
    uint64_t seed = HashText(graph.models[call.model].name + call.method + ToJson(Value::Record(arguments)));
    if (one_failure_in != 0 && SplitMix64(seed) % one_failure_in == 0) {
      bool is_transient = SplitMix64(seed + 1) % 2 == 0;
      return Error{is_transient ? FailureKind::Unavailable : FailureKind::ArgumentRange, "the model refuses", "", {}};
    }
    return FakeValue(call.type, graph.types, seed);
  };
}

}  // namespace plait::tests
