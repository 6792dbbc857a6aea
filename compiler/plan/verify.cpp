#include "compiler/plan/verify.h"

#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "compiler/base/model_options.h"
#include "compiler/base/model_source.h"
#include "compiler/plan/bounds.h"
#include "compiler/plan/expr_syntax.h"
#include "compiler/plan/text.h"

namespace plait::plan {
namespace {

using MaybeText = std::optional<std::string>;

Fault InPlan(std::string message) { return {std::move(message), {}, {}, {}}; }

/// The first field that is no finite number from 0 on.
MaybeText FindBadNumber(std::initializer_list<std::pair<std::string_view, double>> numbers) {
  for (const auto& [name, number] : numbers) {
    if (!std::isfinite(number) || number < 0) {
      return fmt::format("`{}` is {}, expected a number from 0 on", name, number);
    }
  }
  return std::nullopt;
}

MaybeText FindConstantFault(const Value& value) {
  Expr expr;
  expr.constant = value;
  return FindExprFault(expr);
}

MaybeText FindRecordFault(const Plan& plan) {
  for (const auto& [name, fields] : plan.types.records) {
    std::set<std::string> names;
    for (const RecordField& field : fields) {
      MaybeText fault = FindTypeFault(field.type, plan.types);
      if (!fault && !names.insert(field.name).second) {
        fault = "it stands twice";
      }
      if (!fault && field.default_value) {
        fault = FindConstantFault(*field.default_value);
      }
      if (fault) {
        return fmt::format("record `{}`, field `{}`: {}", name, field.name, *fault);
      }
    }
  }
  return std::nullopt;
}

MaybeText FindMachineFault(const Machine& machine) {
  if (machine.cores < 1) {
    return fmt::format("the machine has {} cores, expected at least 1", machine.cores);
  }
  return FindBadNumber({{"gpus", machine.gpus},
                        {"core_read_bandwidth", machine.core_read_bandwidth},
                        {"read_bandwidth", machine.read_bandwidth},
                        {"core_fp32_peak", machine.core_fp32_peak},
                        {"memory", static_cast<double>(machine.memory)}});
}

MaybeText FindModelFault(const Model& model) {
  if (model.name.empty() || model.task.empty()) {
    return "a model needs a name and a task";
  }
  std::optional<ModelSource> source = ParseModelSource(model.source);
  if (!source) {
    return fmt::format("the source is `{}`, expected `hf:org/name`, `path:folder`, `torchscript:file` or `aoti:file`", model.source);
  }
  bool is_code = IsCodeKind(source->kind);
  if (is_code == model.methods.empty()) {
    return is_code ? "a model that is code needs its methods" : "only a model that is code has methods";
  }
  std::set<std::string> names;
  for (const auto& [name, value] : model.options) {
    if (!names.insert(name).second) {
      return fmt::format("the option `{}` stands twice", name);
    }
    if (MaybeText fault = FindConstantFault(value)) {
      return fault;
    }
    if (name == kBatchOption && !BatchOf(model.options)) {
      return fmt::format("the option `{}` is {}, expected an integer from 1 on", name, ConstantText(value));
    }
  }
  if (std::set<DraftSource>(model.drafts.begin(), model.drafts.end()).size() < model.drafts.size()) {
    return "a source of drafts stands twice";
  }
  return FindBadNumber(
      {{"weight_bytes", static_cast<double>(model.weight_bytes)}, {"draft_bytes", static_cast<double>(model.draft_bytes)}});
}

/// Whether a model can make drafts as a smaller one does.
bool IsGenerator(const Model& model) { return model.task == "text.Generator" && model.methods.empty(); }

MaybeText FindDraftModelFault(const Plan& plan, size_t index) {
  const Model& model = plan.models[index];
  if (model.draft_model.has_value() != Contains(model.drafts, DraftSource::Model)) {
    return model.draft_model ? "`draft_model` stands without `model` among the drafts" : "`model` among the drafts needs `draft_model`";
  }
  std::set<size_t> seen = {index};
  for (std::optional<uint32_t> next = model.draft_model; next; next = plan.models[*next].draft_model) {
    if (*next >= plan.models.size()) {
      return fmt::format("`draft_model` is {}, the plan has {} models", *next, plan.models.size());
    }
    if (!seen.insert(*next).second) {
      return fmt::format("the drafts of `{}` go round in a circle", model.name);
    }
    if (!IsGenerator(plan.models[*next]) || !IsGenerator(model)) {
      return fmt::format("`draft_model` is `{}`; one text.Generator makes drafts for another", plan.models[*next].name);
    }
  }
  return std::nullopt;
}

MaybeText FindModelsFault(const Plan& plan, size_t index) {
  for (size_t i = 0; i < index; ++i) {
    if (plan.models[i].name == plan.models[index].name) {
      return fmt::format("the model `{}` stands twice", plan.models[i].name);
    }
  }
  MaybeText fault = FindModelFault(plan.models[index]);
  return fault ? fault : FindDraftModelFault(plan, index);
}

MaybeText FindDemandFault(const Plan& plan) {
  for (const Demand& demand : plan.demands) {
    auto number = [](const std::optional<int64_t>& asked) { return static_cast<double>(asked.value_or(0)); };
    MaybeText fault = FindBadNumber({{"cpu", number(demand.cpu)},
                                     {"memory", number(demand.memory)},
                                     {"gpu_min", number(demand.gpu_min)},
                                     {"gpu_max", number(demand.gpu_max)}});
    if (!fault && demand.replicas_min.has_value() != demand.replicas_max.has_value()) {
      fault = "`replicas_min` and `replicas_max` stand together";
    }
    if (!fault && demand.replicas_min && (*demand.replicas_min < 1 || *demand.replicas_min > *demand.replicas_max)) {
      fault = fmt::format("replicas are {}..{}, expected a range from at least 1", *demand.replicas_min, *demand.replicas_max);
    }
    if (fault) {
      return fmt::format("demand of `{}`: {}", demand.service, *fault);
    }
  }
  return std::nullopt;
}

MaybeText FindParameterFault(const Plan& plan, const Entry& entry) {
  std::set<std::string> names;
  for (const Parameter& parameter : entry.parameters) {
    MaybeText fault = FindTypeFault(parameter.type, plan.types);
    if (!fault && !names.insert(parameter.name).second) {
      fault = "it stands twice";
    }
    if (!fault && parameter.default_value) {
      fault = FindConstantFault(*parameter.default_value);
    }
    if (fault) {
      return fmt::format("parameter `{}`: {}", parameter.name, *fault);
    }
  }
  return std::nullopt;
}

MaybeText FindPredictionFault(const Entry& entry) {
  const Bounds& bounds = entry.bounds;
  MaybeText fault = FindBadNumber({{"predicted_ms", entry.predicted_ms},
                                   {"critical_path_ms", bounds.critical_path_ms},
                                   {"computation_ms", bounds.computation_ms},
                                   {"bandwidth_ms", bounds.bandwidth_ms},
                                   {"peak_memory", static_cast<double>(entry.peak_memory)}});
  if (fault) {
    return fault;
  }
  if (entry.bound_ms != GreatestBound(bounds) || entry.bound_by != GreatestBoundName(bounds)) {
    return "`bound_ms` and `bound_by` differ from the greatest of the bounds";
  }
  for (const Alternative& alternative : entry.considered) {
    if (alternative.stage >= entry.stages.size()) {
      return fmt::format("`considered` names stage {}, which does not exist", alternative.stage);
    }
    if ((fault = FindBadNumber({{"considered", alternative.predicted_ms}}))) {
      return fault;
    }
  }
  return std::nullopt;
}

MaybeText FindEntryFault(const Plan& plan, size_t index) {
  const Entry& entry = plan.entries[index];
  for (size_t i = 0; i < index; ++i) {
    if (plan.entries[i].name == entry.name) {
      return fmt::format("the entry `{}` stands twice", entry.name);
    }
  }
  if (entry.name.empty()) {
    return "an entry needs a name";
  }
  if (entry.timeout_ms <= 0) {
    return fmt::format("`timeout_ms` is {}, expected at least 1", entry.timeout_ms);
  }
  MaybeText fault = FindParameterFault(plan, entry);
  if (!fault) {
    fault = FindTypeFault(entry.result_type, plan.types);
  }
  if (!fault) {
    fault = FindExprFault(entry.result);
  }
  if (!fault) {
    fault = FindTypeFault(entry.result, plan.types);
  }
  return fault ? fault : FindPredictionFault(entry);
}

std::optional<Fault> FindFaultOfEntry(const Plan& plan, size_t index) {
  std::optional<Fault> fault;
  if (MaybeText text = FindEntryFault(plan, index)) {
    fault = InPlan(*text);
  }
  if (!fault) {
    fault = FindStageFault(plan, plan.entries[index]);
  }
  if (!fault) {
    fault = FindValueFault(plan.entries[index]);
  }
  if (fault) {
    fault->entry = index;
  }
  return fault;
}

}  // namespace

MaybeText FindTypeFault(const Type& type, const TypeTable& types) {
  switch (type.kind()) {
    case TypeKind::Error:
      return "a type is missing";
    case TypeKind::Record:
      return types.FindRecord(type.name()) != nullptr ? std::nullopt
                                                      : MaybeText(fmt::format("the record `{}` is not declared", type.name()));
    case TypeKind::Enum:
      return types.FindEnum(type.name()) != nullptr ? std::nullopt : MaybeText(fmt::format("the enum `{}` is not declared", type.name()));
    case TypeKind::List:
    case TypeKind::Optional:
    case TypeKind::Map:
    case TypeKind::Stream:
      return FindTypeFault(type.item(), types);
    case TypeKind::Anonymous:
    case TypeKind::Union:
      for (const Type::Field& field : type.fields()) {
        if (MaybeText fault = FindTypeFault(field.type, types)) {
          return fault;
        }
      }
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

MaybeText FindTypeFault(const Expr& expr, const TypeTable& types) {
  if (expr.kind == Expr::Kind::Cast || expr.kind == Expr::Kind::Is) {
    if (MaybeText fault = FindTypeFault(expr.type, types)) {
      return fault;
    }
  }
  for (const Expr& operand : expr.operands) {
    if (MaybeText fault = FindTypeFault(operand, types)) {
      return fault;
    }
  }
  return std::nullopt;
}

std::optional<Fault> FindFault(const Plan& plan) {
  for (const MaybeText& text : {FindMachineFault(plan.machine), FindRecordFault(plan), FindDemandFault(plan)}) {
    if (text) {
      return InPlan(*text);
    }
  }
  for (size_t i = 0; i < plan.models.size(); ++i) {
    if (MaybeText text = FindModelsFault(plan, i)) {
      return Fault{*text, i, {}, {}};
    }
  }
  for (size_t i = 0; i < plan.entries.size(); ++i) {
    if (std::optional<Fault> fault = FindFaultOfEntry(plan, i)) {
      return fault;
    }
  }
  return std::nullopt;
}

std::string Verify(const Plan& plan) {
  std::optional<Fault> fault = FindFault(plan);
  if (!fault) {
    return "";
  }
  std::string place;
  if (fault->entry) {
    place += fmt::format("entry `{}`", plan.entries[*fault->entry].name);
  }
  if (fault->stage) {
    place += fmt::format(", stage {}", *fault->stage);
  }
  if (fault->model) {
    place += fmt::format("model {}", *fault->model);
  }
  return place.empty() ? fault->message : fmt::format("{}: {}", place, fault->message);
}

}  // namespace plait::plan
