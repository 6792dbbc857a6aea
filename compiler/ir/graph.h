// The dataflow graph of a program: what depends on what, and nothing about when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/id.h"
#include "compiler/base/method_signature.h"
#include "compiler/base/operations.h"
#include "compiler/base/result.h"
#include "compiler/base/source.h"
#include "compiler/base/type.h"
#include "compiler/base/value.h"

namespace plait::ir {

using NodeId = Id<struct NodeTag>;
using RegionId = Id<struct RegionTag>;
using FunctionId = Id<struct IrFunctionTag>;
using ModelId = Id<struct IrModelTag>;

enum class NodeKind : uint8_t {
#define X(kind, name) kind,
#include "compiler/ir/node_kinds.def"
#undef X
};

/// One value of the program and how it comes about. Pure: two equal nodes are one value.
struct Node {
  NodeKind kind = NodeKind::Constant;
  Type type;
  Span span;
  std::vector<NodeId> operands;
  /// If: then, else. Map: body, and a condition where items are filtered. Try: what is guarded. Loop: body, condition.
  std::vector<RegionId> regions;
  /// Constant: the value.
  Value constant;
  /// Apply: the operation.
  Operation operation = Operation::Add;
  /// Field: one name. Record: one a field. CallModel: the parameter names of its operands.
  std::vector<std::string> names;
  /// CallModel: the model and the method.
  ModelId model;
  std::string method;
  /// CallModel: where the call of each item of the map around it stands in the source, where that is not one place.
  std::vector<Span> item_spans;
  /// CallFunction.
  FunctionId function;
  /// Is: the type that is asked for; the node's own is bool.
  Type tested;
  /// Try: the time that each attempt has, beside what is left to those around it.
  std::optional<int64_t> within_ms;
  /// Try: how many more attempts follow one that failed and might have gone well.
  int64_t retries = 0;
  /// Try: a failure is a value. The type is then `{ failed: bool, value: T }`, and what stands in for the value of a failed one is not to
  /// be read; else it is that of the region, and the node fails as the region does.
  bool is_tolerant = false;
  /// Loop: the most rounds, at least 1. The body runs once, then again and again while the condition holds of the state that it made.
  int64_t limit = 0;

  bool operator==(const Node&) const = default;
};

/// Nodes that are computed together or not at all. A node may use nodes of its own region that stand before it and of any region around it.
struct Region {
  /// Map: the item, then its index in the list, which counts the items that a condition leaves out. A function's: its parameters. Loop: the
  /// state. If, Try: none.
  std::vector<NodeId> parameters;
  /// In an order in which each stands after what it uses; parameters are not among them.
  std::vector<NodeId> nodes;
  NodeId result;

  bool operator==(const Region&) const = default;
};

struct Parameter {
  std::string name;
  Type type;
  std::optional<Value> default_value;

  bool operator==(const Parameter&) const = default;
};

/// An api, or a fn that is not inlined yet.
struct Function {
  std::string name;
  std::string doc;
  std::vector<Parameter> parameters;
  Type result;
  /// Callers from outside may ask for it.
  bool is_entry = false;
  std::optional<int64_t> timeout_ms;
  Span span;
  Store<NodeId, Node> nodes;
  Store<RegionId, Region> regions;
  RegionId body;

  bool operator==(const Function&) const = default;
};

/// Equal source, location, revision, task and options make one model, whatever service declares it.
struct Model {
  std::string name;  // Service.model of the first declaration
  std::string task;
  std::string source;
  std::string location;
  std::string revision;
  ValueFields options;
  /// Of a model that is code, the methods of its task; of another none.
  std::vector<MethodSignature> methods;
  Span span;

  /// `hf:org/name`, as plans and locks write it.
  [[nodiscard]] std::string full_source() const { return source + ":" + location; }

  bool operator==(const Model&) const = default;
};

/// What a service asks of its machine, for the plan to compare with what there is, and of a deployment.
struct Demand {
  std::string service;
  std::optional<int64_t> cpu;
  std::optional<int64_t> memory_bytes;
  std::optional<int64_t> gpu_min;
  std::optional<int64_t> gpu_max;
  std::optional<int64_t> replicas_min;
  std::optional<int64_t> replicas_max;
  Span span;

  bool operator==(const Demand&) const = default;
};

struct Graph {
  TypeTable types;
  Store<ModelId, Model> models;
  Store<FunctionId, Function> functions;
  std::vector<Demand> demands;

  bool operator==(const Graph&) const = default;
};

}  // namespace plait::ir
