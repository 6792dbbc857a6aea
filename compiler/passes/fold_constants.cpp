#include "compiler/passes/fold_constants.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

#include "compiler/base/convert.h"
#include "compiler/ir/can_fail.h"
#include "compiler/ir/edit.h"

namespace plait {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

/// A folded value may have so many parts and bytes; beyond, the program stays smaller than its value.
constexpr size_t kMaxFoldedSize = 4096;

/// Parts and bytes of a value, counted up to the limit only: values share parts, so counting them all could take forever.
size_t SizeUpTo(const Value& value, size_t limit) {
  size_t size = 1;
  if (value.is_string()) {
    return size + value.AsString().size();
  }
  if (value.is_bytes()) {
    return size + value.AsBytes().size();
  }
  if (value.is_tensor()) {
    return size + value.AsTensor().data.size();
  }
  auto add = [&](const Value& part) { size += size < limit ? SizeUpTo(part, limit - size) : 0; };
  if (value.is_list()) {
    std::for_each(value.AsList().begin(), value.AsList().end(), add);
  }
  if (value.is_record()) {
    std::for_each(value.AsRecord().begin(), value.AsRecord().end(), [&](const auto& field) { add(field.second); });
  }
  return size;
}

/// Folds one function from the outside in and from the first node on, so that operands are folded before their users.
class Folder {
 public:
  Folder(ir::Function& function, const TypeTable& types)
      : function_(function), types_(types), deadline_ms_(function.timeout_ms), replacement_(function.nodes.size()) {}

  void Run() {
    FoldRegion(function_.body);
    function_ = ir::Canonical(function_);
  }

 private:
  [[nodiscard]] NodeId Resolve(NodeId id) const { return replacement_[id.index].has_value() ? replacement_[id.index] : id; }
  [[nodiscard]] bool IsConstant(NodeId id) const { return function_.nodes[id].kind == NodeKind::Constant; }

  void FoldRegion(RegionId region) {
    std::vector<NodeId> kept;
    FoldNodes(region, kept);
    function_.regions[region].nodes = std::move(kept);
    function_.regions[region].result = Resolve(function_.regions[region].result);
  }

  /// Appends what is left of the region's nodes to `kept`, which is those of the region itself or of one around it.
  void FoldNodes(RegionId region, std::vector<NodeId>& kept) {
    for (NodeId id : std::exchange(function_.regions[region].nodes, {})) {
      for (NodeId& operand : function_.nodes[id].operands) {
        operand = Resolve(operand);
      }
      if (function_.nodes[id].kind == NodeKind::If && IsConstant(function_.nodes[id].operands[0])) {
        TakeArm(id, kept);
        continue;
      }
      if (function_.nodes[id].kind == NodeKind::Loop && RunsOnce(id)) {
        TakeBody(id, kept);
        continue;
      }
      FoldRegionsOf(id);
      if (function_.nodes[id].kind == NodeKind::Try && GuardsNothing(function_.nodes[id])) {
        TakeGuarded(id, kept);
        if (replacement_[id.index].has_value()) {
          continue;
        }
      }
      std::optional<NodeId> other = SameAs(function_.nodes[id]);
      if (other) {
        replacement_[id.index] = *other;
        continue;
      }
      if (std::optional<Value> value = ValueOf(function_.nodes[id])) {
        MakeConstant(function_.nodes[id], *std::move(value));
      }
      kept.push_back(id);
    }
  }

  void FoldRegionsOf(NodeId id) {
    std::optional<int64_t> around = deadline_ms_;
    if (function_.nodes[id].kind == NodeKind::Try && AddsDeadline(function_.nodes[id])) {
      deadline_ms_ = function_.nodes[id].within_ms;
    }
    for (RegionId inner : std::vector<RegionId>(function_.nodes[id].regions)) {
      FoldRegion(inner);
    }
    deadline_ms_ = around;
  }

  /// Whether a guard ends sooner than what stands around it.
  [[nodiscard]] bool AddsDeadline(const ir::Node& guard) const {
    return guard.within_ms && (!deadline_ms_ || *guard.within_ms < *deadline_ms_);
  }

  void TakeArm(NodeId branch, std::vector<NodeId>& kept) {
    const ir::Node& node = function_.nodes[branch];
    RegionId arm = node.regions[function_.nodes[node.operands[0]].constant.AsBool() ? 0 : 1];
    FoldNodes(arm, kept);
    replacement_[branch.index] = Resolve(function_.regions[arm].result);
  }

  /// Folds the loop's condition, which is asked of each state but the first.
  [[nodiscard]] bool RunsOnce(NodeId loop) {
    RegionId condition = function_.nodes[loop].regions[1];
    FoldRegion(condition);
    return function_.nodes[loop].limit == 1 || YieldsConstant(condition, false);
  }

  void TakeBody(NodeId loop, std::vector<NodeId>& kept) {
    RegionId body = function_.nodes[loop].regions[0];
    replacement_[function_.regions[body].parameters[0].index] = function_.nodes[loop].operands[0];
    FoldNodes(body, kept);
    replacement_[loop.index] = Resolve(function_.regions[body].result);
  }

  /// Whether a guard makes no difference: what it guards cannot fail, or it adds nothing to the deadlines around it.
  [[nodiscard]] bool GuardsNothing(const ir::Node& guard) const {
    bool is_plain = !guard.is_tolerant && guard.retries == 0 && !AddsDeadline(guard);
    return is_plain || !NeedsFallible(guard.regions[0]);
  }

  /// Whether the region's result depends on a node of the region that may fail.
  [[nodiscard]] bool NeedsFallible(RegionId region) const {
    std::unordered_set<uint32_t> own;
    for (NodeId id : function_.regions[region].nodes) {
      own.insert(id.index);
    }
    std::vector<NodeId> waiting = {function_.regions[region].result};
    while (!waiting.empty()) {
      NodeId next = waiting.back();
      waiting.pop_back();
      if (own.erase(next.index) == 0) {
        continue;
      }
      const ir::Node& node = function_.nodes[next];
      if (ir::CanFail(function_, node)) {
        return true;
      }
      waiting.insert(waiting.end(), node.operands.begin(), node.operands.end());
      std::vector<NodeId> used = ir::NeededFromOutside(function_, node);
      waiting.insert(waiting.end(), used.begin(), used.end());
    }
    return false;
  }

  /// Puts what a guard guards in its place. A tolerant one stays as the record of what went well.
  void TakeGuarded(NodeId guard, std::vector<NodeId>& kept) {
    RegionId region = function_.nodes[guard].regions[0];
    kept.insert(kept.end(), function_.regions[region].nodes.begin(), function_.regions[region].nodes.end());
    NodeId result = function_.regions[region].result;
    if (!function_.nodes[guard].is_tolerant) {
      replacement_[guard.index] = result;
      return;
    }
    ir::Node failed;
    failed.type = Type::Of(TypeKind::Bool);
    failed.span = function_.nodes[guard].span;
    failed.constant = Value::Bool(false);
    kept.push_back(function_.nodes.Add(std::move(failed)));
    replacement_.emplace_back();
    ir::Node record;
    record.kind = NodeKind::Record;
    record.type = function_.nodes[guard].type;
    record.span = function_.nodes[guard].span;
    record.names = {"failed", "value"};
    record.operands = {kept.back(), result};
    function_.nodes[guard] = std::move(record);
  }

  static void MakeConstant(ir::Node& node, Value value) {
    ir::Node constant;
    constant.kind = NodeKind::Constant;
    constant.type = node.type;
    constant.span = node.span;
    constant.constant = std::move(value);
    node = std::move(constant);
  }

  /// The node that has the value already, if there is one.
  [[nodiscard]] std::optional<NodeId> SameAs(const ir::Node& node) const {
    if (node.kind == NodeKind::Field) {
      return FieldSameAs(node);
    }
    if (node.kind == NodeKind::Apply && node.operation == Operation::Index) {
      return ItemSameAs(node);
    }
    if (node.kind == NodeKind::If && YieldsConstant(node.regions[0], true) && YieldsConstant(node.regions[1], false)) {
      return node.operands[0];
    }
    return std::nullopt;
  }

  [[nodiscard]] bool YieldsConstant(RegionId region, bool value) const {
    const ir::Node& result = function_.nodes[function_.regions[region].result];
    return result.kind == NodeKind::Constant && result.constant == Value::Bool(value);
  }

  [[nodiscard]] std::optional<NodeId> FieldSameAs(const ir::Node& node) const {
    const ir::Node& base = function_.nodes[node.operands[0]];
    auto found = std::find(base.names.begin(), base.names.end(), node.names[0]);
    if (base.kind != NodeKind::Record || found == base.names.end()) {
      return std::nullopt;
    }
    return base.operands[static_cast<size_t>(found - base.names.begin())];
  }

  [[nodiscard]] std::optional<NodeId> ItemSameAs(const ir::Node& node) const {
    const ir::Node& list = function_.nodes[node.operands[0]];
    if (list.kind != NodeKind::List || !IsConstant(node.operands[1])) {
      return std::nullopt;
    }
    int64_t index = function_.nodes[node.operands[1]].constant.AsInt();
    if (index < 0 || static_cast<uint64_t>(index) >= list.operands.size()) {
      return std::nullopt;
    }
    return list.operands[static_cast<size_t>(index)];
  }

  /// The value of a node that is no constant yet, if it is known.
  [[nodiscard]] std::optional<Value> ValueOf(const ir::Node& node) const {
    if (HoldsStream(node.type) || (node.kind == NodeKind::Map && HoldsStream(function_.nodes[node.operands[0]].type))) {
      return std::nullopt;  // a stream is no value that could stand twice
    }
    if (node.kind == NodeKind::Map) {
      const ir::Node& list = function_.nodes[node.operands[0]];
      bool is_empty = list.kind == NodeKind::List ? list.operands.empty() : IsConstant(node.operands[0]) && list.constant.AsList().empty();
      return is_empty ? std::optional(Value::List({})) : std::nullopt;
    }
    bool is_pure = node.kind == NodeKind::Apply || node.kind == NodeKind::Field || node.kind == NodeKind::List ||
                   node.kind == NodeKind::Record || node.kind == NodeKind::Cast || node.kind == NodeKind::Is;
    if (!is_pure || !std::all_of(node.operands.begin(), node.operands.end(), [&](NodeId operand) { return IsConstant(operand); })) {
      return std::nullopt;
    }
    std::vector<Value> operands;
    size_t size = 0;
    for (NodeId operand : node.operands) {
      operands.push_back(function_.nodes[operand].constant);
      size += size < kMaxFoldedSize ? SizeUpTo(operands.back(), kMaxFoldedSize) : 0;
    }
    return size < kMaxFoldedSize ? Compute(node, std::move(operands)) : std::nullopt;
  }

  [[nodiscard]] std::optional<Value> Compute(const ir::Node& node, std::vector<Value> operands) const {
    if (node.kind == NodeKind::Is) {
      return Value::Bool(ValueFits(operands[0], node.tested, types_));
    }
    if (node.kind == NodeKind::Cast) {
      Result<Value> cast = CastValue(operands[0], node.type, types_);
      return cast.ok() ? std::optional(*std::move(cast)) : std::nullopt;
    }
    if (node.kind == NodeKind::List) {
      return Value::List(std::move(operands));
    }
    if (node.kind == NodeKind::Field) {
      const Value* field = operands[0].Field(node.names[0]);
      return field != nullptr ? std::optional(*field) : std::nullopt;
    }
    if (node.kind == NodeKind::Record) {
      ValueFields fields;
      for (size_t i = 0; i < operands.size(); ++i) {
        fields.emplace_back(node.names[i], std::move(operands[i]));
      }
      return Value::Record(std::move(fields));
    }
    Result<Value> result = Apply(node.operation, operands);
    return result.ok() ? std::optional(*std::move(result)) : std::nullopt;
  }

  ir::Function& function_;
  const TypeTable& types_;
  /// The shortest of the deadlines around what is folded now, if there is one.
  std::optional<int64_t> deadline_ms_;
  /// By node: the one that has its value instead.
  std::vector<NodeId> replacement_;
};

}  // namespace

ir::Graph FoldConstants(ir::Graph graph) {
  for (ir::Function& function : graph.functions) {
    Folder(function, graph.types).Run();
  }
  return graph;
}

}  // namespace plait
