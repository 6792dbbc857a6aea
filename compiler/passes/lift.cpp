#include "compiler/passes/lift.h"

#include <algorithm>
#include <utility>

#include "compiler/passes/placeholder.h"

namespace plait {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

/// Moves one node from `from_`, a region of `owner_`, into a new branch or map before `owner_`.
class Lifter {
 public:
  Lifter(GraphEditor& editor, NodeId node, const TypeTable& types)
      : editor_(editor), types_(types), node_(node), from_(editor.RegionOf(node)), owner_(editor.OwnerOf(from_)) {}

  void Run() {
    bool is_map = editor_.node(owner_).kind == NodeKind::Map;
    if (is_map && editor_.node(owner_).regions.size() == 2 && editor_.node(owner_).regions[0] == from_) {
      SplitOffCondition();
    }
    NodeId home = is_map ? MoveIntoMap() : MoveIntoBranch();
    PullInputs();
    if (is_map) {
      ReplaceParameters();
    }
    // Whatever was lifted along stands before the owner by now, and so before this.
    editor_.MoveBefore(home, owner_);
  }

 private:
  ir::Node NodeLike(NodeKind kind, Type type, std::vector<NodeId> operands) {
    ir::Node node;
    node.kind = kind;
    node.type = std::move(type);
    node.span = editor_.node(node_).span;
    node.operands = std::move(operands);
    return node;
  }

  NodeId MoveIntoBranch() {
    Type type = editor_.node(node_).type;
    NodeId condition = editor_.node(owner_).operands[0];
    NodeId branch = editor_.Add(editor_.RegionOf(owner_), owner_, NodeLike(NodeKind::If, type, {condition}));
    for (RegionId arm : std::vector<RegionId>(editor_.node(owner_).regions)) {
      RegionId own_arm = editor_.AddRegion(branch);
      if (arm != from_) {
        FillWithPlaceholder(editor_, own_arm, type, types_);
        continue;
      }
      into_ = own_arm;
    }
    editor_.ReplaceUses(node_, branch, [](const Use&) { return true; });
    MoveNode();
    return branch;
  }

  NodeId MoveIntoMap() {
    Type type = editor_.node(node_).type;
    NodeId list = editor_.node(owner_).operands[0];
    NodeId map = editor_.Add(editor_.RegionOf(owner_), owner_, NodeLike(NodeKind::Map, Type::List(type), {list}));
    into_ = editor_.AddRegion(map);
    for (NodeId parameter : std::vector<NodeId>(editor_.region(from_).parameters)) {
      editor_.AddParameter(into_, editor_.node(parameter).type);
    }
    ir::Node item = NodeLike(NodeKind::Apply, type, {map, editor_.region(from_).parameters[1]});
    item.operation = Operation::Index;
    NodeId item_id = editor_.Add(from_, {}, std::move(item));
    editor_.MoveToFront(item_id, from_);
    editor_.ReplaceUses(node_, item_id, [](const Use&) { return true; });
    MoveNode();
    return map;
  }

  void MoveNode() {
    editor_.MoveToFront(node_, into_);
    editor_.SetResult(into_, node_);
  }

  /// Brings into the new region what its nodes use of the old one, the last first.
  void PullInputs() {
    auto is_inside = [&](const Use& use) { return editor_.IsWithin(editor_.RegionOf(use), into_); };
    for (NodeId input = LastInput(); input.has_value(); input = LastInput()) {
      const std::vector<Use>& uses = editor_.UsesOf(input);
      if (std::all_of(uses.begin(), uses.end(), is_inside)) {
        editor_.MoveToFront(input, into_);
      } else if (IsCheap(editor_.node(input))) {
        GraphEditor::CopyMap copies;
        NodeId copy = editor_.Copy(input, into_, copies);
        editor_.MoveToFront(copy, into_);
        editor_.ReplaceUses(input, copy, is_inside);
      } else {
        Lift(editor_, input, types_);
      }
    }
  }

  /// The last node of the old region that the new one uses, or nothing.
  NodeId LastInput() {
    NodeId last;
    NodeId home = editor_.OwnerOf(into_);
    for (NodeId used : editor_.OutsideUses(home)) {
      bool stands_in_old = editor_.RegionOf(used) == from_ && editor_.node(used).kind != NodeKind::Parameter;
      if (stands_in_old && (!last.has_value() || editor_.Precedes(last, used))) {
        last = used;
      }
    }
    return last;
  }

  void ReplaceParameters() {
    const std::vector<NodeId> old_parameters = editor_.region(from_).parameters;
    const std::vector<NodeId> new_parameters = editor_.region(into_).parameters;
    for (size_t i = 0; i < old_parameters.size(); ++i) {
      editor_.ReplaceUses(old_parameters[i], new_parameters[i],
                          [&](const Use& use) { return editor_.IsWithin(editor_.RegionOf(use), into_); });
    }
  }

  /// Makes a filtered map two: one that keeps the items for which the condition holds, with their index, and one that maps those.
  void SplitOffCondition() {
    std::vector<NodeId> parameters = editor_.region(from_).parameters;
    Type item_type = editor_.node(parameters[0]).type;
    Type index_type = Type::Of(TypeKind::Int);
    Type pair = Type::Anonymous({{"item", item_type}, {"index", index_type}});
    NodeId list = editor_.node(owner_).operands[0];
    NodeId kept = editor_.Add(editor_.RegionOf(owner_), owner_, NodeLike(NodeKind::Map, Type::List(pair), {list}));
    RegionId body = editor_.AddRegion(kept);
    ir::Node record = NodeLike(NodeKind::Record, pair, {editor_.AddParameter(body, item_type), editor_.AddParameter(body, index_type)});
    record.names = {"item", "index"};
    editor_.SetResult(body, editor_.Add(body, {}, std::move(record)));
    editor_.GiveLastRegion(owner_, kept);
    editor_.SetOperand(owner_, 0, kept);
    for (size_t i = 0; i < 2; ++i) {
      ir::Node field = NodeLike(NodeKind::Field, i == 0 ? item_type : index_type, {parameters[0]});
      field.names = {i == 0 ? "item" : "index"};
      NodeId field_id = editor_.Add(from_, {}, std::move(field));
      editor_.MoveToFront(field_id, from_);
      fields_.push_back(field_id);
    }
    for (size_t i = 0; i < 2; ++i) {
      editor_.ReplaceUses(parameters[i], fields_[i], [&](const Use& use) { return use.user != fields_[0] && use.user != fields_[1]; });
    }
    editor_.SetType(parameters[0], pair);
  }

  GraphEditor& editor_;
  const TypeTable& types_;
  NodeId node_;
  RegionId from_;
  NodeId owner_;
  RegionId into_;
  std::vector<NodeId> fields_;
};

}  // namespace

void Lift(GraphEditor& editor, NodeId node, const TypeTable& types) { Lifter(editor, node, types).Run(); }

void FillWithPlaceholder(GraphEditor& editor, RegionId region, const Type& type, const TypeTable& types) {
  ir::Node node;
  if (type.Is(TypeKind::Stream)) {
    node.type = Type::List(type.item());
    node.constant = Value::List({});
    ir::Node stream;
    stream.kind = NodeKind::Apply;
    stream.operation = Operation::ListStream;
    stream.type = type;
    stream.operands = {editor.Add(region, {}, std::move(node))};
    editor.SetResult(region, editor.Add(region, {}, std::move(stream)));
    return;
  }
  node.type = type;
  node.constant = PlaceholderOf(type, types);
  editor.SetResult(region, editor.Add(region, {}, std::move(node)));
}

bool IsCheap(const ir::Node& node) {
  return node.regions.empty() && node.kind != NodeKind::CallModel && node.kind != NodeKind::CallFunction;
}

}  // namespace plait
