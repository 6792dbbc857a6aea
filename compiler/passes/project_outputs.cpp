#include "compiler/passes/project_outputs.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <llvm/ADT/StringExtras.h>

#include "compiler/base/nearest.h"
#include "compiler/ir/edit.h"
#include "compiler/passes/eliminate_dead.h"
#include "compiler/passes/inline_calls.h"

namespace plait {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

/// Which fields are wanted; all of the value where there are none.
struct Wanted {
  std::map<std::string, Wanted> fields;
};

struct Projected {
  NodeId node;
  Type type;
};

class Projector {
 public:
  Projector(ir::Function& function, const TypeTable& types) : function_(function), types_(types) {}

  Result<void> Run(const Wanted& wanted) {
    NodeId result = function_.regions[function_.body].result;
    PLAIT_TRY(Projected projected, Project(result, function_.result, wanted, function_.body, "the result"));
    function_.regions[function_.body].result = projected.node;
    function_.result = projected.type;
    return {};
  }

 private:
  NodeId Add(NodeKind kind, Type type, std::vector<NodeId> operands, RegionId region) {
    ir::Node node;
    node.kind = kind;
    node.type = std::move(type);
    node.span = function_.span;
    node.operands = std::move(operands);
    return ir::AddNode(function_, region, std::move(node));
  }

  Result<Projected> Project(NodeId value, const Type& type, const Wanted& wanted, RegionId region, const std::string& path) {
    if (wanted.fields.empty()) {
      return Projected{value, type};
    }
    if (std::optional<Result<Projected>> inside = ProjectInside(value, wanted, path)) {
      return *std::move(inside);
    }
    if (type.Is(TypeKind::List)) {
      return ProjectItems(value, type, wanted, region, path);
    }
    if (type.Is(TypeKind::Optional)) {
      return ProjectPresent(value, type, wanted, region, path);
    }
    if (type.is_record()) {
      return ProjectFields(value, type, wanted, region, path);
    }
    return Error{FailureKind::InputMismatch, fmt::format("{} is `{}` and has no fields", path, type.ToString()), "--outputs", {}};
  }

  /// Where nothing else uses a list or a branch, its own items and arms are made to give less.
  std::optional<Result<Projected>> ProjectInside(NodeId value, const Wanted& wanted, const std::string& path) {
    NodeKind kind = function_.nodes[value].kind;
    bool has_inside = kind == NodeKind::Map || kind == NodeKind::If;
    if (!has_inside || CountUses(value) > 1) {
      return std::nullopt;
    }
    return kind == NodeKind::Map ? ProjectBody(value, wanted, path) : ProjectArms(value, wanted, path);
  }

  size_t CountUses(NodeId id) {
    size_t uses = 0;
    for (const ir::Node& node : function_.nodes) {
      uses += static_cast<size_t>(std::count(node.operands.begin(), node.operands.end(), id));
    }
    for (const ir::Region& region : function_.regions) {
      uses += region.result == id ? 1U : 0U;
    }
    return uses;
  }

  Result<Projected> ProjectResult(RegionId region, const Type& type, const Wanted& wanted, const std::string& path) {
    PLAIT_TRY(Projected projected, Project(function_.regions[region].result, type, wanted, region, path));
    function_.regions[region].result = projected.node;
    return projected;
  }

  Result<Projected> ProjectBody(NodeId map, const Wanted& wanted, const std::string& path) {
    Type item = function_.nodes[map].type.item();
    PLAIT_TRY(Projected projected, ProjectResult(function_.nodes[map].regions[0], item, wanted, path));
    function_.nodes[map].type = Type::List(projected.type);
    return Projected{map, function_.nodes[map].type};
  }

  Result<Projected> ProjectArms(NodeId branch, const Wanted& wanted, const std::string& path) {
    bool is_optional = function_.nodes[branch].type.Is(TypeKind::Optional);
    std::vector<RegionId> arms = function_.nodes[branch].regions;
    Type type;
    for (RegionId arm : arms) {
      // An arm may be sure of what the branch as a whole is not.
      Type own = function_.nodes[function_.regions[arm].result].type;
      if (own.Is(TypeKind::Null) || own.Is(TypeKind::Never)) {
        continue;
      }
      PLAIT_TRY(Projected projected, ProjectResult(arm, own, wanted, path));
      type = WithoutOptional(projected.type);
    }
    function_.nodes[branch].type = is_optional ? Type::Optional(type) : type;
    return Projected{branch, function_.nodes[branch].type};
  }

  Result<Projected> ProjectItems(NodeId list, const Type& type, const Wanted& wanted, RegionId region, const std::string& path) {
    RegionId body = function_.regions.Add({});
    NodeId item = ir::AddParameter(function_, body, type.item(), function_.span);
    ir::AddParameter(function_, body, Type::Of(TypeKind::Int), function_.span);
    PLAIT_TRY(Projected projected, Project(item, type.item(), wanted, body, path));
    function_.regions[body].result = projected.node;
    Type result = Type::List(projected.type);
    NodeId map = Add(NodeKind::Map, result, {list}, region);
    function_.nodes[map].regions = {body};
    return Projected{map, std::move(result)};
  }

  /// if value == null { null } else { its fields }
  Result<Projected> ProjectPresent(NodeId value, const Type& type, const Wanted& wanted, RegionId region, const std::string& path) {
    NodeId null = ir::AddConstant(function_, region, Type::Of(TypeKind::Null), Value());
    NodeId is_null = ir::AddApply(function_, region, Operation::Equal, Type::Of(TypeKind::Bool), {value, null});
    RegionId absent = function_.regions.Add({});
    RegionId present = function_.regions.Add({});
    PLAIT_TRY(Projected projected, Project(value, type.item(), wanted, present, path));
    Type result = Type::Optional(projected.type);
    function_.regions[present].result = projected.node;
    NodeId nothing = ir::AddConstant(function_, absent, result, Value());
    function_.regions[absent].result = nothing;
    NodeId branch = Add(NodeKind::If, result, {is_null}, region);
    function_.nodes[branch].regions = {absent, present};
    return Projected{branch, std::move(result)};
  }

  Result<Projected> ProjectFields(NodeId record, const Type& type, const Wanted& wanted, RegionId region, const std::string& path) {
    std::vector<Type::Field> declared = FieldsOf(type);
    std::vector<Type::Field> kept;
    std::vector<NodeId> values;
    size_t found = 0;
    for (const Type::Field& field : declared) {
      auto entry = wanted.fields.find(field.name);
      if (entry == wanted.fields.end()) {
        continue;
      }
      ++found;
      NodeId value = FieldOf(record, field, region);
      PLAIT_TRY(Projected projected, Project(value, field.type, entry->second, region, fmt::format("`{}`", field.name)));
      kept.push_back({field.name, projected.type});
      values.push_back(projected.node);
    }
    if (found < wanted.fields.size()) {
      return UnknownField(declared, wanted, path);
    }
    Type result = Type::Anonymous(kept);
    NodeId made = Add(NodeKind::Record, result, std::move(values), region);
    for (const Type::Field& field : kept) {
      function_.nodes[made].names.push_back(field.name);
    }
    return Projected{made, std::move(result)};
  }

  /// What a record was made of, where nothing else needs the record.
  NodeId FieldOf(NodeId record, const Type::Field& field, RegionId region) {
    const ir::Node& node = function_.nodes[record];
    auto name = std::find(node.names.begin(), node.names.end(), field.name);
    if (node.kind == NodeKind::Record && name != node.names.end() && CountUses(record) <= 1) {
      return node.operands[static_cast<size_t>(name - node.names.begin())];
    }
    NodeId value = Add(NodeKind::Field, field.type, {record}, region);
    function_.nodes[value].names = {field.name};
    return value;
  }

  [[nodiscard]] std::vector<Type::Field> FieldsOf(const Type& type) const {
    if (type.Is(TypeKind::Anonymous)) {
      return type.fields();
    }
    std::vector<Type::Field> fields;
    for (const RecordField& field : *types_.FindRecord(type.name())) {
      fields.push_back({field.name, field.type});
    }
    return fields;
  }

  static Error UnknownField(const std::vector<Type::Field>& declared, const Wanted& wanted, const std::string& path) {
    std::vector<std::string> names;
    for (const Type::Field& field : declared) {
      names.push_back(field.name);
    }
    for (const auto& [name, inner] : wanted.fields) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        Error error{FailureKind::InputMismatch, fmt::format("{} has no field `{}`", path, name), "--outputs", {}};
        if (std::optional<std::string> near = Nearest(name, names)) {
          error.notes.push_back({"did you mean", *near});
        }
        error.notes.push_back({"fields", fmt::format("{}", fmt::join(names, ", "))});
        return error;
      }
    }
    return {FailureKind::InputMismatch, path, "--outputs", {}};
  }

  ir::Function& function_;
  const TypeTable& types_;
};

Wanted ParsePaths(const std::vector<std::string>& paths) {
  Wanted root;
  for (const std::string& path : paths) {
    Wanted* wanted = &root;
    for (llvm::StringRef name : llvm::split(path, '.')) {
      wanted = &wanted->fields[name.str()];
    }
  }
  return root;
}

}  // namespace

Result<ir::Graph> ProjectOutputs(ir::Graph graph, std::string_view entry, const std::vector<std::string>& paths) {
  graph = InlineCalls(std::move(graph));
  std::vector<ir::FunctionId> entries;
  std::string names;
  for (uint32_t i = 0; i < graph.functions.size(); ++i) {
    const ir::Function& function = graph.functions[ir::FunctionId{i}];
    if (function.is_entry) {
      names += (names.empty() ? "" : ", ") + function.name;
    }
    if (function.is_entry && (entry.empty() || function.name == entry)) {
      entries.push_back(ir::FunctionId{i});
    }
  }
  if (entries.size() != 1) {
    std::string message = entry.empty() ? "choose the entry whose outputs are meant" : fmt::format("no entry is called `{}`", entry);
    return Error{FailureKind::EntryUnknown, std::move(message), "", {{"entries", names}, {"fix", "--entry Service.api"}}};
  }
  ir::Function& function = graph.functions[entries[0]];
  PLAIT_TRY_VOID(Projector(function, graph.types).Run(ParsePaths(paths)));
  function = ir::Canonical(function);
  return EliminateDead(std::move(graph));
}

}  // namespace plait
