#include "compiler/schedule/build_block.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/schedule/analyse.h"
#include "compiler/schedule/group_streams.h"

namespace plait::schedule {
namespace {

using ir::NodeKind;
using plan::Expr;
using plan::StageKind;
using plan::ValueId;

/// The item of the block that writes a value; parameters and a map's items belong to a block without being an item's.
struct Origin {
  uint32_t block = 0;
  std::optional<uint32_t> item;
};

class Builder {
 public:
  Builder(const ir::Graph& graph, const ir::Function& function, const SourceManager& sources, CostModel& costs)
      : graph_(graph),
        function_(function),
        sources_(sources),
        costs_(costs),
        roles_(AnalyseNodes(function)),
        value_of_(function.nodes.size()) {}

  BuiltEntry Run() {
    BuiltEntry entry;
    const ir::Region& body = function_.regions[function_.body];
    for (size_t i = 0; i < body.parameters.size(); ++i) {
      const ir::Parameter& parameter = function_.parameters[i];
      entry.parameters.push_back({NewValue(body.parameters[i], {}), parameter.name, parameter.type, parameter.default_value});
    }
    entry.block = BuildBlock(function_.body, 1);
    GroupStreams(entry.block, function_.result.Is(TypeKind::Stream));
    return entry;
  }

 private:
  ValueId NewValue(ir::NodeId node, Origin origin) {
    origins_.push_back(origin);
    value_of_[node.index] = static_cast<ValueId>(origins_.size() - 1);
    return *value_of_[node.index];
  }

  /// Builds the items of a region that runs for `lanes` lanes in one pass. What it reads from around it stays in `reads_`.
  Block BuildBlock(ir::RegionId region, int64_t lanes) {
    uint32_t outer_block = block_;
    block_ = ++blocks_;
    Block block;
    for (ir::NodeId node : function_.regions[region].nodes) {
      NodeRole role = roles_[node.index];
      if (role != NodeRole::Assigned && role != NodeRole::Effect) {
        continue;
      }
      size_t first_read = reads_.size();
      Item item = BuildItem(node, lanes);
      item.stage.span = sources_.Place(function_.nodes[node].span);
      item.needs = NeedsOf(first_read);
      item.gives_stream = HoldsStream(function_.nodes[node].type);
      std::ranges::copy_if(item.needs, std::back_inserter(item.reads_streams_of),
                           [&](uint32_t need) { return block.items[need].gives_stream; });
      Origin origin{block_, static_cast<uint32_t>(block.items.size())};
      ValueId value = NewValue(node, origin);
      if (item.stage.kind == StageKind::Compute) {
        item.stage.assignments[0].target = value;
      } else {
        item.stage.writes = value;
      }
      block.items.push_back(std::move(item));
    }
    block.result = ToExpr(function_.regions[region].result);
    block_ = outer_block;
    if (block_ != 0) {
      GroupStreams(block, false);
    }
    return block;
  }

  /// The items of this block that were read since then.
  std::vector<uint32_t> NeedsOf(size_t first_read) const {
    std::vector<uint32_t> needs;
    for (size_t i = first_read; i < reads_.size(); ++i) {
      const Origin& origin = origins_[reads_[i]];
      if (origin.block == block_ && origin.item) {
        needs.push_back(*origin.item);
      }
    }
    std::sort(needs.begin(), needs.end());
    needs.erase(std::unique(needs.begin(), needs.end()), needs.end());
    return needs;
  }

  Item BuildItem(ir::NodeId id, int64_t lanes) {
    const ir::Node& node = function_.nodes[id];
    Item item;
    if (roles_[id.index] == NodeRole::Assigned) {
      item.stage.assignments.push_back({0, ExprOf(node)});
      return item;
    }
    if (node.kind == NodeKind::CallModel) {
      BuildCall(id, lanes, item);
    } else if (node.kind == NodeKind::Map) {
      BuildMap(node, lanes, item);
    } else if (node.kind == NodeKind::Try) {
      BuildGuard(node, lanes, item);
    } else if (node.kind == NodeKind::Loop) {
      BuildLoop(node, lanes, item);
    } else {
      BuildBranch(node, lanes, item);
    }
    return item;
  }

  void BuildCall(ir::NodeId id, int64_t lanes, Item& item) {
    const ir::Node& node = function_.nodes[id];
    item.stage.kind = StageKind::Call;
    item.stage.model = node.model.index;
    item.stage.method = node.method;
    item.stage.gives_stream = node.type.Is(TypeKind::Stream);
    for (size_t i = 0; i < node.operands.size(); ++i) {
      item.stage.arguments.push_back({node.names[i], ToExpr(node.operands[i])});
    }
    for (const Span& span : node.item_spans) {
      item.stage.item_spans.push_back(sources_.Place(span));
    }
    item.work = costs_.WorkOf(id, lanes);
    item.name = fmt::format("{}.{}", graph_.models[node.model].name, node.method);
  }

  void BuildMap(const ir::Node& node, int64_t lanes, Item& item) {
    constexpr int64_t kMostLanes = int64_t{1} << 40;
    item.stage.kind = StageKind::Map;
    item.stage.source = ToExpr(node.operands[0]);
    const ir::Region& body = function_.regions[node.regions[0]];
    item.stage.item = NewValue(body.parameters[0], {});
    costs_.SetSource(body.parameters[0], node.operands[0]);
    bool has_filter = node.regions.size() > 1;
    const ir::Region& filter = function_.regions[node.regions.back()];
    if (IsNeeded(body.parameters[1]) || (has_filter && IsNeeded(filter.parameters[1]))) {
      item.stage.index = NewValue(body.parameters[1], {});
    }
    int64_t items = costs_.ItemsOf(node.operands[0]);
    int64_t inner_lanes = items > 0 && lanes > kMostLanes / items ? kMostLanes : lanes * items;
    item.stage.is_each = function_.nodes[node.operands[0]].type.Is(TypeKind::Stream);
    item.stage.gives_stream = node.type.Is(TypeKind::Stream);
    if (item.stage.is_each) {
      item.expected_runs = static_cast<double>(inner_lanes);
      inner_lanes = 1;
    }
    item.blocks.push_back(BuildBlock(node.regions[0], inner_lanes));
    item.stage.element = item.blocks[0].result;
    if (has_filter) {
      // Both regions have the item and its index as parameters; in the plan they are one pair of values.
      value_of_[filter.parameters[0].index] = item.stage.item;
      value_of_[filter.parameters[1].index] = item.stage.index;
      costs_.SetSource(filter.parameters[0], node.operands[0]);
      item.blocks.push_back(BuildBlock(node.regions[1], inner_lanes));
      item.stage.condition = item.blocks[1].result;
    }
  }

  void BuildGuard(const ir::Node& node, int64_t lanes, Item& item) {
    item.stage.kind = StageKind::Guard;
    item.stage.within_ms = node.within_ms;
    item.stage.retries = node.retries;
    item.stage.is_tolerant = node.is_tolerant;
    item.blocks.push_back(BuildBlock(node.regions[0], lanes));
    item.stage.element = item.blocks[0].result;
  }

  void BuildLoop(const ir::Node& node, int64_t lanes, Item& item) {
    item.stage.kind = StageKind::Loop;
    item.stage.limit = node.limit;
    item.stage.source = ToExpr(node.operands[0]);
    item.expected_runs = ExpectedRounds(node.limit);
    // The body and the condition have the state as a parameter each; in the plan it is one value.
    ir::NodeId state = function_.regions[node.regions[0]].parameters[0];
    ir::NodeId asked = function_.regions[node.regions[1]].parameters[0];
    item.stage.item = NewValue(state, {});
    value_of_[asked.index] = item.stage.item;
    costs_.SetSource(state, node.operands[0]);
    costs_.SetSource(asked, node.operands[0]);
    for (ir::RegionId region : node.regions) {
      item.blocks.push_back(BuildBlock(region, lanes));
    }
    item.stage.element = item.blocks[0].result;
    item.stage.condition = item.blocks[1].result;
  }

  [[nodiscard]] bool IsNeeded(ir::NodeId node) const { return roles_[node.index] != NodeRole::Unneeded; }

  void BuildBranch(const ir::Node& node, int64_t lanes, Item& item) {
    item.stage.kind = StageKind::Branch;
    const ir::Node* choice = &node;
    std::vector<ir::RegionId> regions;
    // `else if` is a further arm, not a branch within one.
    for (;;) {
      plan::Arm arm;
      arm.condition = ToExpr(choice->operands[0]);
      item.stage.arms.push_back(std::move(arm));
      regions.push_back(choice->regions[0]);
      const ir::Node* next = OnlyChoiceIn(choice->regions[1]);
      if (next == nullptr) {
        break;
      }
      choice = next;
    }
    item.stage.arms.emplace_back();
    regions.push_back(choice->regions[1]);
    auto arms = static_cast<int64_t>(regions.size());
    item.expected_runs = std::min(1.0, static_cast<double>(lanes) / static_cast<double>(arms));
    for (size_t i = 0; i < regions.size(); ++i) {
      item.blocks.push_back(BuildBlock(regions[i], std::max<int64_t>(1, lanes / arms)));
      item.stage.arms[i].value = item.blocks[i].result;
    }
  }

  /// The branch that is all there is in a region; null where there is more, or none.
  const ir::Node* OnlyChoiceIn(ir::RegionId id) const {
    const ir::Region& region = function_.regions[id];
    const ir::Node& result = function_.nodes[region.result];
    if (result.kind != NodeKind::If || roles_[region.result.index] != NodeRole::Effect) {
      return nullptr;
    }
    auto is_item = [&](ir::NodeId node) { return roles_[node.index] == NodeRole::Assigned || roles_[node.index] == NodeRole::Effect; };
    bool stands_here = std::find(region.nodes.begin(), region.nodes.end(), region.result) != region.nodes.end();
    return stands_here && std::count_if(region.nodes.begin(), region.nodes.end(), is_item) == 1 ? &result : nullptr;
  }

  Expr ToExpr(ir::NodeId id) {
    if (value_of_[id.index]) {
      reads_.push_back(*value_of_[id.index]);
      Expr expr;
      expr.kind = Expr::Kind::Value;
      expr.value = *value_of_[id.index];
      return expr;
    }
    return ExprOf(function_.nodes[id]);
  }

  Expr ExprOf(const ir::Node& node) {
    Expr expr;
    switch (node.kind) {
      case NodeKind::Apply:
        expr.kind = Expr::Kind::Apply;
        expr.operation = node.operation;
        break;
      case NodeKind::Field:
        expr.kind = Expr::Kind::Field;
        expr.names = node.names;
        break;
      case NodeKind::List:
        expr.kind = Expr::Kind::List;
        break;
      case NodeKind::Record:
        expr.kind = Expr::Kind::Record;
        expr.names = node.names;
        break;
      case NodeKind::If:
        expr.kind = Expr::Kind::If;
        break;
      case NodeKind::Cast:
        expr.kind = Expr::Kind::Cast;
        expr.type = node.type;
        break;
      case NodeKind::Is:
        expr.kind = Expr::Kind::Is;
        expr.type = node.tested;
        break;
      default:
        expr.constant = node.constant;
        return expr;
    }
    for (ir::NodeId operand : node.operands) {
      expr.operands.push_back(ToExpr(operand));
    }
    for (ir::RegionId region : node.regions) {
      expr.operands.push_back(ToExpr(function_.regions[region].result));
    }
    return Folded(std::move(expr));
  }

  /// A list or record of constants as the constant that it is.
  static Expr Folded(Expr expr) {
    bool is_constant =
        std::all_of(expr.operands.begin(), expr.operands.end(), [](const Expr& e) { return e.kind == Expr::Kind::Constant; });
    if (!is_constant || (expr.kind != Expr::Kind::List && expr.kind != Expr::Kind::Record)) {
      return expr;
    }
    ValueList items;
    ValueFields fields;
    for (size_t i = 0; i < expr.operands.size(); ++i) {
      if (expr.kind == Expr::Kind::List) {
        items.push_back(expr.operands[i].constant);
      } else {
        fields.emplace_back(expr.names[i], expr.operands[i].constant);
      }
    }
    Expr folded;
    folded.constant = expr.kind == Expr::Kind::List ? Value::List(std::move(items)) : Value::Record(std::move(fields));
    return folded;
  }

  const ir::Graph& graph_;
  const ir::Function& function_;
  const SourceManager& sources_;
  CostModel& costs_;
  std::vector<NodeRole> roles_;
  /// By node.
  std::vector<std::optional<ValueId>> value_of_;
  /// By value.
  std::vector<Origin> origins_;
  /// Every read of a value so far.
  std::vector<ValueId> reads_;
  uint32_t block_ = 0;
  uint32_t blocks_ = 0;
};

}  // namespace

BuiltEntry BuildEntry(const ir::Graph& graph, const ir::Function& function, const SourceManager& sources, CostModel& costs) {
  return Builder(graph, function, sources, costs).Run();
}

}  // namespace plait::schedule
