#include "compiler/passes/emit_need.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace plait {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

/// For a map: one item is enough, whichever it is.
bool FirstItemDecides(const GraphEditor& editor, const NeedMap& needs, NodeId map) {
  return needs.In(editor.node(map).regions.back()) == Need::Always;
}

/// Goes the way that the emitter goes and notes what it would read.
class InputScan {
 public:
  InputScan(const GraphEditor& editor, const NeedMap& needs, RegionId home) : editor_(editor), needs_(needs), home_(home) {}

  void ScanOwner(NodeId owner) {
    const ir::Node& node = editor_.node(owner);
    ScanValue(node.operands[0]);
    if (node.kind == NodeKind::Map && FirstItemDecides(editor_, needs_, owner)) {
      return;
    }
    if (node.kind == NodeKind::Map && node.regions.size() == 2 && needs_.In(node.regions[0]) != Need::Never) {
      ScanValue(editor_.region(node.regions[1]).result);
    }
    for (RegionId region : node.regions) {
      if (needs_.In(region) == Need::Sometimes) {
        for (NodeId inner : needs_.OwnersIn(region)) {
          ScanOwner(inner);
        }
      }
    }
  }

  NeedInputs Take() { return std::move(inputs_); }

 private:
  void ScanValue(NodeId value) {
    if (!seen_.insert(value.index).second) {
      return;
    }
    if (editor_.IsWithin(home_, editor_.RegionOf(value))) {
      if (editor_.RegionOf(value) == home_) {
        inputs_.in_region.push_back(value);
      }
      return;
    }
    inputs_.copied.push_back(value);
    for (NodeId used : editor_.OutsideUses(value)) {
      ScanValue(used);
    }
  }

  const GraphEditor& editor_;
  const NeedMap& needs_;
  RegionId home_;
  std::unordered_set<uint32_t> seen_;
  NeedInputs inputs_;
};

/// Where new nodes go: before a node of the region, or at its end.
struct Place {
  RegionId region;
  NodeId before;
};

class Emitter {
 public:
  Emitter(GraphEditor& editor, const NeedMap& needs, Span span) : editor_(editor), needs_(needs), span_(span) {}

  NodeId NeedOfAny(const std::vector<NodeId>& owners, Place place, GraphEditor::CopyMap& copies) {
    NodeId any;
    for (NodeId owner : owners) {
      NodeId one = NeedOf(owner, place, copies);
      any = any.has_value() && any != one ? Or(any, one, place) : one;
    }
    return any;
  }

 private:
  NodeId NeedOf(NodeId owner, Place place, GraphEditor::CopyMap& copies) {
    NodeKind kind = editor_.node(owner).kind;
    NodeId operand = ValueOf(editor_.node(owner).operands[0], place, copies);
    return kind == NodeKind::If ? NeedOfIf(owner, operand, place, copies) : NeedOfMap(owner, operand, place, copies);
  }

  NodeId NeedOfIf(NodeId owner, NodeId condition, Place place, const GraphEditor::CopyMap& copies) {
    std::vector<RegionId> arms = editor_.node(owner).regions;
    Need then_need = needs_.In(arms[0]);
    Need else_need = needs_.In(arms[1]);
    if (then_need == Need::Always && else_need == Need::Never) {
      return condition;
    }
    if (then_need == Need::Never && else_need == Need::Always) {
      return Apply(Operation::Not, TypeKind::Bool, {condition}, place);
    }
    NodeId branch = Add(NodeKind::If, Type::Of(TypeKind::Bool), {condition}, place);
    for (RegionId arm : arms) {
      FillWithNeed(editor_.AddRegion(branch), arm, copies);
    }
    return branch;
  }

  /// Whether the node is needed when `asked` is computed, as the result of `region`.
  void FillWithNeed(RegionId region, RegionId asked, GraphEditor::CopyMap copies) {
    Need need = needs_.In(asked);
    NodeId result = need == Need::Sometimes ? NeedOfAny(needs_.OwnersIn(asked), {region, {}}, copies)
                                            : Constant(TypeKind::Bool, Value::Bool(need == Need::Always), {region, {}});
    editor_.SetResult(region, result);
  }

  NodeId NeedOfMap(NodeId owner, NodeId list, Place place, const GraphEditor::CopyMap& copies) {
    if (FirstItemDecides(editor_, needs_, owner)) {
      NodeId length = Apply(Operation::Length, TypeKind::Int, {list}, place);
      NodeId zero = Constant(TypeKind::Int, Value::Int(0), place);
      return Apply(Operation::Greater, TypeKind::Bool, {length, zero}, place);
    }
    std::vector<RegionId> regions = editor_.node(owner).regions;
    NodeId any;
    if (regions.size() == 2 && needs_.In(regions[1]) == Need::Sometimes) {
      any = NeedOfAnyItem(list, regions[1], {}, place, copies);
    }
    if (needs_.In(regions[0]) != Need::Never) {
      RegionId condition = regions.size() == 2 ? regions[1] : RegionId();
      NodeId by_body = NeedOfAnyItem(list, regions[0], condition, place, copies);
      any = any.has_value() ? Or(any, by_body, place) : by_body;
    }
    return any;
  }

  /// Whether `asked` needs the node for one of the items for which the condition, if any, holds.
  NodeId NeedOfAnyItem(NodeId list, RegionId asked, RegionId condition, Place place, const GraphEditor::CopyMap& copies) {
    NodeId wanted = Constant(TypeKind::Bool, Value::Bool(true), place);
    NodeId map = Add(NodeKind::Map, Type::List(Type::Of(TypeKind::Bool)), {list}, place);
    if (needs_.In(asked) == Need::Always && condition.has_value()) {
      FillWithCondition(editor_.AddRegion(map), condition, copies);
    } else {
      RegionId body = editor_.AddRegion(map);
      FillWithNeed(body, asked, WithParameters(body, asked, copies));
      if (condition.has_value()) {
        FillWithCondition(editor_.AddRegion(map), condition, copies);
      }
    }
    return Apply(Operation::In, TypeKind::Bool, {wanted, map}, place);
  }

  void FillWithCondition(RegionId region, RegionId condition, const GraphEditor::CopyMap& copies) {
    GraphEditor::CopyMap inner = WithParameters(region, condition, copies);
    editor_.SetResult(region, ValueOf(editor_.region(condition).result, {region, {}}, inner));
  }

  /// Gives `region` parameters like those of `original`, and the copies that make them stand for those.
  GraphEditor::CopyMap WithParameters(RegionId region, RegionId original, GraphEditor::CopyMap copies) {
    for (NodeId parameter : std::vector<NodeId>(editor_.region(original).parameters)) {
      copies[parameter.index] = editor_.AddParameter(region, editor_.node(parameter).type);
    }
    return copies;
  }

  /// The value itself where it is visible, else a copy of it and of what it needs.
  NodeId ValueOf(NodeId value, Place place, GraphEditor::CopyMap& copies) {
    if (auto found = copies.find(value.index); found != copies.end()) {
      return found->second;
    }
    if (editor_.IsWithin(place.region, editor_.RegionOf(value))) {
      return value;
    }
    for (NodeId used : editor_.OutsideUses(value)) {
      ValueOf(used, place, copies);
    }
    return editor_.Copy(value, place.region, copies);
  }

  NodeId Or(NodeId left, NodeId right, Place place) {
    NodeId branch = Add(NodeKind::If, Type::Of(TypeKind::Bool), {left}, place);
    RegionId then_arm = editor_.AddRegion(branch);
    editor_.SetResult(then_arm, Constant(TypeKind::Bool, Value::Bool(true), {then_arm, {}}));
    RegionId else_arm = editor_.AddRegion(branch);
    editor_.SetResult(else_arm, right);
    return branch;
  }

  NodeId Add(NodeKind kind, Type type, std::vector<NodeId> operands, Place place) {
    ir::Node node;
    node.kind = kind;
    node.type = std::move(type);
    node.span = span_;
    node.operands = std::move(operands);
    return editor_.Add(place.region, place.before, std::move(node));
  }

  NodeId Constant(TypeKind type, Value value, Place place) {
    ir::Node node;
    node.type = Type::Of(type);
    node.span = span_;
    node.constant = std::move(value);
    return editor_.Add(place.region, place.before, std::move(node));
  }

  NodeId Apply(Operation operation, TypeKind type, std::vector<NodeId> operands, Place place) {
    ir::Node node;
    node.kind = NodeKind::Apply;
    node.type = Type::Of(type);
    node.span = span_;
    node.operation = operation;
    node.operands = std::move(operands);
    return editor_.Add(place.region, place.before, std::move(node));
  }

  GraphEditor& editor_;
  const NeedMap& needs_;
  Span span_;
};

}  // namespace

NeedInputs InputsOfNeed(const GraphEditor& editor, const NeedMap& needs, NodeId owner) {
  InputScan scan(editor, needs, editor.RegionOf(owner));
  scan.ScanOwner(owner);
  return scan.Take();
}

NodeId EmitNeed(GraphEditor& editor, const NeedMap& needs, const std::vector<NodeId>& owners, NodeId anchor) {
  GraphEditor::CopyMap copies;
  return Emitter(editor, needs, editor.node(anchor).span).NeedOfAny(owners, {editor.RegionOf(anchor), anchor}, copies);
}

}  // namespace plait
