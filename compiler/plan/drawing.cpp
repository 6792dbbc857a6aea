#include "compiler/plan/drawing.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "compiler/plan/units.h"

namespace plait::plan {
namespace {

constexpr size_t kTextWidth = 120;
/// A computed value whose expression is this short is called by it.
constexpr size_t kNameWidth = 18;

class Drawer {
 public:
  Drawer(const Plan& plan, const Entry& entry) : plan_(plan), entry_(entry) {}

  Drawing Run() {
    std::string parameters;
    for (const Parameter& parameter : entry_.parameters) {
      parameters += fmt::format("{}{}", parameters.empty() ? "" : ", ", parameter.name);
      names_[parameter.value] = parameter.name;
    }
    size_t request = AddNode({NodeShape::Request, entry_.name, parameters, std::nullopt});
    for (const Parameter& parameter : entry_.parameters) {
      origins_[parameter.value] = {request, fmt::format("{}: {}", parameter.name, parameter.type.ToString())};
    }
    if (entry_.root) {
      Draw(*entry_.root);
    }
    bool is_value = WithoutGuards(entry_.result).kind == Expr::Kind::Value;
    size_t result = AddNode({NodeShape::Result, entry_.result_type.ToString(), is_value ? "" : TextOf(entry_.result), std::nullopt});
    Connect(entry_.result, result);
    return std::move(drawing_);
  }

 private:
  /// The node that gives a value, and what stands on arrows from it.
  struct Origin {
    size_t node = 0;
    std::string label;
  };

  size_t AddNode(DrawnNode node) {
    drawing_.nodes.push_back(std::move(node));
    return drawing_.nodes.size() - 1;
  }

  void AddEdge(size_t from, size_t to, const std::string& label, bool is_choice = false) {
    auto [known, is_first] = edge_of_.try_emplace({from, to, is_choice}, drawing_.edges.size());
    if (!is_first) {
      std::string& text = drawing_.edges[known->second].label;
      if (!label.empty() && text.find(label) == std::string::npos) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", label);
      }
      return;
    }
    drawing_.edges.push_back({from, to, label, is_choice});
  }

  /// Whether the expression is a field of what a tolerant guard writes.
  [[nodiscard]] bool IsOfGuard(const Expr& expr, std::string_view field) const {
    return expr.kind == Expr::Kind::Field && expr.names[0] == field && expr.operands[0].kind == Expr::Kind::Value &&
           tolerant_.contains(expr.operands[0].value);
  }

  /// The expression as if nothing failed: what a guard gives is called by its name, as the guard itself tells what stands in for it.
  [[nodiscard]] Expr WithoutGuards(const Expr& expr) const {
    if (IsOfGuard(expr, "value")) {
      return expr.operands[0];
    }
    if (expr.kind == Expr::Kind::If && IsOfGuard(expr.operands[0], "failed")) {
      return WithoutGuards(expr.operands[2]);
    }
    Expr plain = expr;
    for (Expr& operand : plain.operands) {
      operand = WithoutGuards(operand);
    }
    return plain;
  }

  void Connect(const Expr& expr, size_t to) { ConnectPart(WithoutGuards(expr), to, ""); }

  /// Arrows from the values that the expression reads, with the field that it takes of each.
  void ConnectPart(const Expr& expr, size_t to, const std::string& field) {
    if (expr.kind == Expr::Kind::Value) {
      auto origin = origins_.find(expr.value);
      if (origin != origins_.end()) {
        AddEdge(origin->second.node, to, field.empty() ? origin->second.label : field);
      }
      return;
    }
    bool selects = expr.kind == Expr::Kind::Field || (expr.kind == Expr::Kind::Apply && expr.operation == Operation::Index);
    bool names_field = expr.kind == Expr::Kind::Field && field.empty();
    for (size_t i = 0; i < expr.operands.size(); ++i) {
      bool is_selected = selects && i == 0;
      ConnectPart(expr.operands[i], to, names_field && is_selected ? expr.names[0] : is_selected ? field : "");
    }
  }

  /// The expression with names in place of numbers where values have some.
  std::string TextOf(const Expr& expr) {
    std::string text = ToString(WithoutGuards(expr));
    std::string named;
    for (size_t i = 0; i < text.size(); ++i) {
      size_t end = i + 1;
      while (text[i] == '%' && end < text.size() && text[end] >= '0' && text[end] <= '9') {
        ++end;
      }
      if (end == i + 1) {
        named += text[i];
        continue;
      }
      std::string number = text.substr(i + 1, end - i - 1);
      auto name = number.size() < 10 ? names_.find(static_cast<ValueId>(std::stoul(number))) : names_.end();
      named += name == names_.end() ? text.substr(i, end - i) : name->second;
      i = end - 1;
    }
    return Shortened(named, kTextWidth);
  }

  void Draw(StageId id) {
    const Stage& stage = entry_.stages[id];
    switch (stage.kind) {
      case StageKind::Call:
        DrawCall(stage);
        return;
      case StageKind::Compute:
        DrawCompute(stage);
        return;
      case StageKind::Parallel:
        DrawParallel(stage);
        return;
      case StageKind::Sequential:
      case StageKind::Stream:
        for (StageId child : stage.children) {
          Draw(child);
        }
        return;
      case StageKind::Map:
        DrawMap(stage);
        return;
      case StageKind::Branch:
        DrawBranch(stage);
        return;
      case StageKind::Guard:
        DrawGuard(stage);
        return;
      case StageKind::Loop:
        DrawLoop(stage);
        return;
    }
  }

  void DrawParallel(const Stage& stage) {
    std::vector<size_t> starts;
    for (StageId child : stage.children) {
      starts.push_back(drawing_.nodes.size());
      Draw(child);
    }
    if (!is_in_arm_) {
      drawing_.side_by_side.push_back(std::move(starts));
    }
  }

  /// The box of a service inside the box that is open; one a service and place.
  size_t ServiceGroup(const std::string& service) {
    for (size_t i = 0; i < drawing_.groups.size(); ++i) {
      const DrawnGroup& group = drawing_.groups[i];
      if (group.kind == GroupKind::Service && group.title == service && group.parent == group_) {
        return i;
      }
    }
    drawing_.groups.push_back({service, GroupKind::Service, group_});
    return drawing_.groups.size() - 1;
  }

  void DrawCall(const Stage& stage) {
    std::string name = CallName(plan_, stage);
    const std::string& model = plan_.models[stage.model].name;
    std::string service = model.substr(0, model.rfind('.'));
    std::string detail = plan_.models[stage.model].source;
    detail = detail.substr(detail.rfind(':') + 1);
    if (stage.predicted_ms > 0) {
      detail += fmt::format("\n{} · {} thread{}", MsText(stage.predicted_ms), stage.threads, stage.threads == 1 ? "" : "s");
    }
    if (!note_.empty()) {
      detail += "\n" + note_;
    }
    bool is_inside = service.size() < model.size();
    size_t node = AddNode({NodeShape::Call, is_inside ? name.substr(service.size() + 1) : name, detail,
                           is_inside ? std::optional(ServiceGroup(service)) : group_});
    for (const Argument& argument : stage.arguments) {
      Connect(argument.value, node);
    }
    SetOrigin(*stage.writes, node, service);
  }

  void SetOrigin(ValueId value, size_t node, const std::string& name) {
    origins_[value] = {node, ""};
    names_[value] = name;
  }

  void DrawCompute(const Stage& stage) {
    for (const Assignment& assignment : stage.assignments) {
      std::string text = TextOf(assignment.value);
      std::string name = WidthOf(text) <= kNameWidth ? text : fmt::format("%{}", assignment.target);
      size_t node = AddNode({NodeShape::Compute, name == text ? text : fmt::format("{} = {}", name, text), "", group_});
      Connect(assignment.value, node);
      SetOrigin(assignment.target, node, name);
    }
  }

  void DrawMap(const Stage& stage) {
    if (Collects(stage)) {
      size_t node = AddNode({NodeShape::Compute, "collect", "", group_});
      Connect(stage.source, node);
      SetOrigin(*stage.writes, node, "list");
      return;
    }
    std::optional<size_t> outer = group_;
    std::string what = stage.is_each                                      ? "for each piece, as it comes"
                       : stage.children.empty() && !stage.condition_stage ? "for each item"
                                                                          : "× n batched";
    drawing_.groups.push_back({what, GroupKind::Repeated, outer});
    group_ = drawing_.groups.size() - 1;
    std::string condition = stage.condition && !stage.condition_stage ? fmt::format("if {}", TextOf(*stage.condition)) : "";
    size_t item = AddNode({NodeShape::Item, stage.is_each ? "each piece" : "each item", condition, group_});
    Connect(stage.source, item);
    SetOrigin(stage.item, item, "item");
    if (stage.index) {
      SetOrigin(*stage.index, item, "index");
    }
    if (stage.condition_stage) {
      Draw(*stage.condition_stage);
    }
    for (StageId child : stage.children) {
      Draw(child);
    }
    size_t gather = AddNode({NodeShape::Gather, TextOf(stage.element), "", group_});
    Connect(stage.element, gather);
    if (stage.condition_stage) {
      size_t choice = AddNode({NodeShape::Choice, TextOf(*stage.condition), "", group_});
      Connect(*stage.condition, choice);
      AddEdge(choice, gather, "kept", true);
    }
    group_ = outer;
    SetOrigin(*stage.writes, gather, stage.gives_stream ? "stream" : "list");
  }

  /// A note on the one call that it guards, or a box around more.
  void DrawGuard(const Stage& stage) {
    DrawGuarded(stage);
    if (stage.is_tolerant) {
      tolerant_.insert(*stage.writes);
    }
  }

  /// A chain of fields and items ends in the name of its last field.
  static std::string LastField(const Expr& expr) {
    const Expr* part = &expr;
    while (part->kind == Expr::Kind::Apply && part->operation == Operation::Index) {
      part = &part->operands[0];
    }
    return part->kind == Expr::Kind::Field ? part->names[0] : "";
  }

  void DrawGuarded(const Stage& stage) {
    const Stage* call = stage.children.empty() ? nullptr : &entry_.stages[stage.children[0]];
    if (call != nullptr && call->kind == StageKind::Call) {
      note_ = GuardText(entry_, stage);
      Draw(stage.children[0]);
      note_.clear();
      origins_[*stage.writes] = {origins_[*call->writes].node, LastField(stage.element)};
      names_[*stage.writes] = TextOf(stage.element);
      return;
    }
    std::optional<size_t> outer = group_;
    drawing_.groups.push_back({GuardText(entry_, stage), GroupKind::Guarded, outer});
    group_ = drawing_.groups.size() - 1;
    for (StageId child : stage.children) {
      Draw(child);
    }
    std::string text = TextOf(stage.element);
    size_t node = AddNode({NodeShape::Compute, text, "", group_});
    Connect(stage.element, node);
    group_ = outer;
    SetOrigin(*stage.writes, node, WidthOf(text) <= kNameWidth ? text : fmt::format("%{}", *stage.writes));
  }

  void DrawLoop(const Stage& stage) {
    std::optional<size_t> outer = group_;
    drawing_.groups.push_back({fmt::format("up to {} rounds", stage.limit), GroupKind::Repeated, outer});
    group_ = drawing_.groups.size() - 1;
    size_t state = AddNode({NodeShape::Item, "state", "", group_});
    Connect(stage.source, state);
    SetOrigin(stage.item, state, "state");
    for (StageId child : stage.children) {
      Draw(child);
    }
    size_t next = AddNode({NodeShape::Gather, TextOf(stage.element), "", group_});
    Connect(stage.element, next);
    // The condition asks the state that the round has made.
    SetOrigin(stage.item, next, "state");
    if (stage.condition_stage) {
      Draw(*stage.condition_stage);
    }
    size_t again = AddNode({NodeShape::Choice, TextOf(*stage.condition), "", group_});
    Connect(*stage.condition, again);
    AddEdge(again, state, "again", true);
    group_ = outer;
    SetOrigin(*stage.writes, next, "state");
  }

  void DrawBranch(const Stage& stage) {
    bool is_binary = stage.arms.size() == 2;
    std::string title = !is_binary ? "if" : IsOfGuard(*stage.arms[0].condition, "failed") ? "failed?" : TextOf(*stage.arms[0].condition);
    size_t choice = AddNode({NodeShape::Choice, title, "", group_});
    bool was_in_arm = is_in_arm_;
    for (const Arm& arm : stage.arms) {
      if (arm.condition) {
        Connect(*arm.condition, choice);
      }
    }
    size_t merge = AddNode({NodeShape::Merge, "", "", group_});
    for (const Arm& arm : stage.arms) {
      std::string label = !arm.condition ? "else" : is_binary ? "then" : TextOf(*arm.condition);
      size_t first = drawing_.nodes.size();
      is_in_arm_ = true;
      if (arm.stage) {
        Draw(*arm.stage);
      }
      is_in_arm_ = was_in_arm;
      Connect(arm.value, merge);
      AddEdge(choice, arm.stage ? first : merge, label, true);
    }
    SetOrigin(*stage.writes, merge, "choice");
  }

  const Plan& plan_;
  const Entry& entry_;
  Drawing drawing_;
  /// By both ends and kind: where the edge is in the drawing.
  std::map<std::tuple<size_t, size_t, bool>, size_t> edge_of_;
  std::map<ValueId, Origin> origins_;
  std::map<ValueId, std::string> names_;
  /// What guards write that give something else where they failed.
  std::set<ValueId> tolerant_;
  std::optional<size_t> group_;
  /// Of the guard around the next call.
  std::string note_;
  bool is_in_arm_ = false;
};

}  // namespace

Drawing DrawEntry(const Plan& plan, const Entry& entry) { return Drawer(plan, entry).Run(); }

}  // namespace plait::plan
