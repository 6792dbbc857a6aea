// Read: the inverse of Print, by its grammar. Labels after `%` may be any words; nodes are numbered in the order in which they stand.
#include <optional>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "compiler/ir/cursor.h"
#include "compiler/ir/read_function.h"
#include "compiler/ir/text.h"

namespace plait::ir {
namespace {

/// Reads the declarations one after the other.
class GraphReader {
 public:
  explicit GraphReader(std::string_view text) : cursor_(text) {}

  Result<Graph> Run() {
    while (!cursor_.AtEnd()) {
      PLAIT_TRY_VOID(ReadDeclaration());
    }
    PLAIT_TRY_VOID(ResolveCalls());
    std::string fault = Verify(graph_);
    if (!fault.empty()) {
      return Error{FailureKind::PlanInvalid, "the graph is not well formed: " + fault, "graph", {}};
    }
    return std::move(graph_);
  }

 private:
  Result<void> ReadDeclaration() {
    if (cursor_.Take("enum")) {
      return ReadEnum();
    }
    if (cursor_.Take("record")) {
      return ReadRecord();
    }
    if (cursor_.Take("model")) {
      return ReadModel();
    }
    if (cursor_.Take("demand")) {
      return ReadDemand();
    }
    std::optional<std::string> doc = cursor_.TakeDocLine();
    while (doc) {
      std::optional<std::string> more = cursor_.TakeDocLine();
      if (!more) {
        break;
      }
      *doc += "\n" + *more;
    }
    FunctionId id{static_cast<uint32_t>(graph_.functions.size())};
    PLAIT_TRY(Function function, ReadFunction(cursor_, id, doc.value_or(""), pending_));
    graph_.functions.Add(std::move(function));
    return {};
  }

  /// enum = name "{" variant "=" string { "," variant "=" string } "}"
  Result<void> ReadEnum() {
    PLAIT_TRY(std::string name, cursor_.TakeName());
    PLAIT_TRY_VOID(cursor_.Expect("{"));
    std::vector<EnumVariant> variants;
    while (!cursor_.Take("}")) {
      if (!variants.empty()) {
        PLAIT_TRY_VOID(cursor_.Expect(","));
      }
      PLAIT_TRY(std::string variant, cursor_.TakeName());
      PLAIT_TRY_VOID(cursor_.Expect("="));
      PLAIT_TRY(Value label, cursor_.TakeJson());
      if (!label.is_string()) {
        return cursor_.Fail("the label of `" + variant + "` is no string");
      }
      variants.push_back({std::move(variant), label.AsString()});
    }
    if (!graph_.types.enums.emplace(name, std::move(variants)).second) {
      return cursor_.Fail("the enum `" + name + "` stands twice");
    }
    return {};
  }

  /// record = name "{" [ field { "," field } ] "}"
  Result<void> ReadRecord() {
    PLAIT_TRY(std::string name, cursor_.TakeName());
    PLAIT_TRY_VOID(cursor_.Expect("{"));
    std::vector<RecordField> fields;
    while (!cursor_.Take("}")) {
      if (!fields.empty()) {
        PLAIT_TRY_VOID(cursor_.Expect(","));
      }
      RecordField field;
      PLAIT_TRY(field.name, cursor_.TakeName());
      PLAIT_TRY_VOID(cursor_.Expect(":"));
      PLAIT_TRY(field.type, cursor_.TakeType());
      if (cursor_.Take("=")) {
        PLAIT_TRY(field.default_value, cursor_.TakeJson());
      }
      fields.push_back(std::move(field));
    }
    if (!graph_.types.records.emplace(name, std::move(fields)).second) {
      return cursor_.Fail(fmt::format("the record `{}` is defined twice", name));
    }
    return {};
  }

  /// model = "@" INT name ":" name "=" name "(" string [ "," string ] ")" json { "fn" string }
  Result<void> ReadModel() {
    PLAIT_TRY_VOID(cursor_.Expect("@"));
    PLAIT_TRY(int64_t id, cursor_.TakeInt());
    if (id != static_cast<int64_t>(graph_.models.size())) {
      return cursor_.Fail(fmt::format("expected model @{}, found @{}", graph_.models.size(), id));
    }
    Model model;
    PLAIT_TRY(model.name, cursor_.TakeName());
    PLAIT_TRY_VOID(cursor_.Expect(":"));
    PLAIT_TRY(model.task, cursor_.TakeName());
    PLAIT_TRY_VOID(cursor_.Expect("="));
    PLAIT_TRY(model.source, cursor_.TakeName());
    PLAIT_TRY_VOID(cursor_.Expect("("));
    PLAIT_TRY(model.location, cursor_.TakeName());
    if (cursor_.Take(",")) {
      PLAIT_TRY(model.revision, cursor_.TakeName());
    }
    PLAIT_TRY_VOID(cursor_.Expect(")"));
    if (!cursor_.Sees("{")) {
      return cursor_.Expected("the model's options");
    }
    PLAIT_TRY(Value options, cursor_.TakeJson());
    model.options = options.AsRecord();
    while (cursor_.Take("fn")) {
      PLAIT_TRY(std::string text, cursor_.TakeName());
      std::optional<MethodSignature> method = ParseMethodSignature(text);
      if (!method) {
        return cursor_.Fail(fmt::format("{} is no signature of a method", QuoteJson(text)));
      }
      model.methods.push_back(*std::move(method));
    }
    graph_.models.Add(std::move(model));
    return {};
  }

  /// demand = name { ( "cpu" | "memory" | "gpu_min" | "gpu_max" | "replicas_min" | "replicas_max" ) INT }
  Result<void> ReadDemand() {
    Demand demand;
    PLAIT_TRY(demand.service, cursor_.TakeName());
    if (cursor_.Take("cpu")) {
      PLAIT_TRY(demand.cpu, cursor_.TakeInt());
    }
    if (cursor_.Take("memory")) {
      PLAIT_TRY(demand.memory_bytes, cursor_.TakeInt());
    }
    if (cursor_.Take("gpu_min")) {
      PLAIT_TRY(demand.gpu_min, cursor_.TakeInt());
    }
    if (cursor_.Take("gpu_max")) {
      PLAIT_TRY(demand.gpu_max, cursor_.TakeInt());
    }
    if (cursor_.Take("replicas_min")) {
      PLAIT_TRY(demand.replicas_min, cursor_.TakeInt());
    }
    if (cursor_.Take("replicas_max")) {
      PLAIT_TRY(demand.replicas_max, cursor_.TakeInt());
    }
    graph_.demands.push_back(std::move(demand));
    return {};
  }

  Result<void> ResolveCalls() {
    std::unordered_map<std::string_view, FunctionId> by_name;
    for (uint32_t i = 0; i < graph_.functions.size(); ++i) {
      by_name.emplace(graph_.functions[FunctionId{i}].name, FunctionId{i});
    }
    for (const PendingCall& call : pending_) {
      auto found = by_name.find(call.callee);
      if (found == by_name.end()) {
        return cursor_.FailAt(call.position, fmt::format("there is no function `{}`", call.callee));
      }
      graph_.functions[call.caller].nodes[call.node].function = found->second;
    }
    return {};
  }

  Cursor cursor_;
  Graph graph_;
  std::vector<PendingCall> pending_;
};

}  // namespace

Result<Graph> Read(std::string_view text) { return GraphReader(text).Run(); }

}  // namespace plait::ir
