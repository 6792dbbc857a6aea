#include "compiler/schedule/make_plan.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "compiler/plan/lookup.h"
#include "compiler/plan/units.h"
#include "compiler/schedule/allot.h"
#include "compiler/schedule/build_block.h"
#include "compiler/schedule/check_facts.h"
#include "compiler/schedule/emit.h"
#include "compiler/schedule/liveness.h"
#include "compiler/schedule/plan_drafts.h"
#include "compiler/schedule/prompt_starts.h"

namespace plait {
namespace {

using schedule::Allotter;
using schedule::Rates;

/// A caller that knows no folder at all may leave the facts out.
PlanInputs WithAllFacts(PlanInputs inputs, size_t models) {
  inputs.facts.resize(models);
  inputs.machine.cores = std::max(inputs.machine.cores, 1);
  return inputs;
}

plan::Machine MachineOf(const Machine& machine) {
  return {machine.cores, machine.gpus, machine.core_read_bandwidth, machine.read_bandwidth, machine.core_fp32_peak, machine.memory};
}

std::vector<plan::Model> ModelsOf(const ir::Graph& graph, const PlanInputs& inputs, const std::vector<schedule::PlannedDrafts>& drafts,
                                  const SourceManager& sources) {
  std::vector<plan::Model> models;
  std::vector<std::vector<std::string>> prompt_starts = schedule::PromptStarts(graph);
  for (const ir::Model& model : graph.models) {
    const std::optional<ModelFacts>& facts = inputs.facts[models.size()];
    plan::Model planned;
    planned.name = model.name;
    planned.task = model.task;
    planned.source = model.full_source();
    planned.revision = model.revision;
    planned.options = model.options;
    planned.methods = model.methods;
    planned.span = sources.Place(model.span);
    if (facts) {
      planned.digest = facts->digest;
      planned.architecture = facts->model_type;
      planned.weight_bytes = facts->weight_bytes;
    }
    if (model.task == "text.Generator") {
      const schedule::PlannedDrafts& from = drafts[models.size()];
      planned.drafts = from.sources;
      planned.draft_bytes = from.copy_bytes;
      planned.draft_model = from.model;
      planned.prompt_starts = std::move(prompt_starts[models.size()]);
    }
    models.push_back(std::move(planned));
  }
  return models;
}

/// Weights of the models that the entry needs, the copies that make drafts and what is known of prompts, with what its stages hold at most
/// at one time.
int64_t PeakMemory(const plan::Entry& entry, const ir::Graph& graph, const PlanInputs& inputs, const std::vector<plan::Model>& models) {
  int64_t bytes = entry.root ? entry.stages[*entry.root].working_bytes : 0;
  auto sizes = [&](uint32_t model) { return schedule::SizesOf(graph.models[ir::ModelId{model}], inputs.facts[model]); };
  for (uint32_t index : plan::NeededModels(entry, models)) {
    const plan::Model& model = models[index];
    bytes += schedule::LoadedBytes(graph.models[ir::ModelId{index}], inputs.facts[index]) + model.draft_bytes;
    for (const std::string& start : model.prompt_starts) {
      bytes += schedule::PromptStartBytes(start, sizes(index));
      bytes += model.draft_model ? schedule::PromptStartBytes(start, sizes(*model.draft_model)) : 0;
    }
  }
  return bytes;
}

void SetBounds(const Allotter& allotter, const Rates& rates, plan::Entry& entry) {
  constexpr double kMsPerSecond = 1e3;
  double bytes = entry.root ? static_cast<double>(entry.stages[*entry.root].bytes) : 0;
  plan::Bounds& bounds = entry.bounds;
  bounds.critical_path_ms = schedule::RoundMs(allotter.bound().critical_ms);
  bounds.computation_ms = schedule::RoundMs(allotter.bound().arithmetic_ms / rates.cores());
  bounds.bandwidth_ms = schedule::RoundMs(bytes / rates.bandwidth() * kMsPerSecond);
  // Each of these is what every schedule takes, so a prediction below it is rounding.
  entry.bound_ms = std::max({bounds.critical_path_ms, bounds.computation_ms, bounds.bandwidth_ms});
  entry.predicted_ms = std::max(entry.predicted_ms, entry.bound_ms);
  if (entry.bound_ms > 0) {
    bool is_path = entry.bound_ms == bounds.critical_path_ms;
    entry.bound_by = is_path ? "critical path" : entry.bound_ms == bounds.computation_ms ? "computation" : "bandwidth";
  }
}

/// What a prediction takes for granted of the machine, and of loops and guards, and how long those take at worst.
void AddAssumptions(const plan::Entry& entry, const Machine& machine, std::vector<std::string>& assumes) {
  if (machine.has_typical_rates && entry.bound_ms > 0) {
    assumes.push_back(fmt::format("memory reads {} a second and a core does {:.0f} GFLOP/s, as is typical; plait profile measures it",
                                  plan::BytesText(machine.read_bandwidth), machine.core_fp32_peak / 1e9));
  }
  for (const plan::Stage& stage : entry.stages) {
    if (stage.kind == plan::StageKind::Loop) {
      double rounds = schedule::ExpectedRounds(stage.limit);
      assumes.push_back(fmt::format("{}: {:g} rounds of up to {}; all of them take {}", stage.span.empty() ? "a loop" : stage.span, rounds,
                                    stage.limit, plan::MsText(stage.predicted_ms * static_cast<double>(stage.limit) / rounds)));
    }
    if (stage.kind == plan::StageKind::Guard && stage.retries > 0) {
      auto attempts = static_cast<double>(stage.retries + 1);
      double ms = stage.within_ms ? std::min(stage.predicted_ms, static_cast<double>(*stage.within_ms)) : stage.predicted_ms;
      assumes.push_back(fmt::format("{}: the first of up to {} attempts goes well; all of them take {}",
                                    stage.span.empty() ? "a guard" : stage.span, stage.retries + 1, plan::MsText(ms * attempts)));
    }
  }
}

plan::Entry PlanEntry(const ir::Graph& graph, const ir::Function& function, const PlanInputs& inputs, const SourceManager& sources,
                      const std::vector<schedule::PlannedDrafts>& drafts, const std::vector<plan::Model>& models) {
  schedule::CostModel costs(graph, function, inputs.facts, drafts);
  schedule::BuiltEntry built = schedule::BuildEntry(graph, function, sources, costs);
  Rates rates(inputs.machine);
  Allotter allotter(built.block, rates);

  plan::Entry entry;
  entry.name = function.name;
  entry.doc = function.doc;
  entry.parameters = std::move(built.parameters);
  entry.result_type = function.result;
  entry.result = built.block.result;
  entry.timeout_ms = function.timeout_ms.value_or(entry.timeout_ms);
  schedule::EmitStages(allotter, inputs.machine.cores, entry);
  schedule::AddFrees(entry);
  SetBounds(allotter, rates, entry);
  entry.peak_memory = PeakMemory(entry, graph, inputs, models);
  entry.assumes = costs.TakeAssumptions();
  AddAssumptions(entry, inputs.machine, entry.assumes);
  return entry;
}

plan::Plan PlanAll(const ir::Graph& graph, const PlanInputs& inputs, const schedule::DraftWishes& wishes, const SourceManager& sources) {
  const std::vector<schedule::PlannedDrafts> drafts = schedule::PlanDrafts(graph, inputs.facts, wishes);
  plan::Plan plan;
  plan.source_digest = inputs.source_digest;
  plan.machine = MachineOf(inputs.machine);
  plan.types = graph.types;
  plan.models = ModelsOf(graph, inputs, drafts, sources);
  for (const ir::Demand& demand : graph.demands) {
    plan.demands.push_back(
        {demand.service, demand.cpu, demand.memory_bytes, demand.gpu_min, demand.gpu_max, demand.replicas_min, demand.replicas_max});
  }
  for (const ir::Function& function : graph.functions) {
    if (function.is_entry) {
      plan.entries.push_back(PlanEntry(graph, function, inputs, sources, drafts, plan.models));
    }
  }
  return plan;
}

/// The entry that takes most.
const plan::Entry* Largest(const plan::Plan& plan) {
  auto largest = std::ranges::max_element(plan.entries, {}, &plan::Entry::peak_memory);
  return largest == plan.entries.end() ? nullptr : &*largest;
}

bool Fits(const plan::Plan& plan, const PlanInputs& inputs) {
  const plan::Entry* largest = Largest(plan);
  return !inputs.max_memory || largest == nullptr || largest->peak_memory <= *inputs.max_memory;
}

/// Makes the plan anew without what takes memory to make drafts, as long as it does not fit otherwise; entries say what they had to do
/// without.
void LeaveOutDrafts(const ir::Graph& graph, const PlanInputs& inputs, schedule::DraftWishes wishes, const SourceManager& sources,
                    plan::Plan& plan) {
  std::vector<std::vector<std::string>> left_out(plan.entries.size());
  for (DraftSource costly : {DraftSource::Int8, DraftSource::Model}) {
    if (Fits(plan, inputs) || std::erase(wishes.sources, costly) == 0) {
      continue;
    }
    const plan::Plan with = std::exchange(plan, PlanAll(graph, inputs, wishes, sources));
    for (size_t i = 0; i < with.entries.size(); ++i) {
      const int64_t bytes = with.entries[i].peak_memory;
      if (bytes > plan.entries[i].peak_memory) {
        left_out[i].push_back(fmt::format("no drafts by {}: with them it takes {}, and --max-memory gives {}", DraftSourceName(costly),
                                          schedule::MemoryText(bytes), schedule::MemoryText(*inputs.max_memory)));
      }
    }
  }
  for (size_t i = 0; i < left_out.size(); ++i) {
    std::ranges::move(left_out[i], std::back_inserter(plan.entries[i].assumes));
  }
}

}  // namespace

plan::Plan MakePlan(const ir::Graph& graph, const PlanInputs& given, const SourceManager& sources, Sink& sink) {
  const PlanInputs inputs = WithAllFacts(given, graph.models.size());
  schedule::CheckFacts(graph, inputs, sink);
  // Who names smaller models and no copies wants them wherever there is one.
  const bool names_model = Contains(inputs.drafts, DraftSource::Model) && !Contains(inputs.drafts, DraftSource::Int8);
  schedule::DraftWishes wishes{inputs.drafts, names_model};
  plan::Plan plan = PlanAll(graph, inputs, wishes, sources);
  LeaveOutDrafts(graph, inputs, std::move(wishes), sources, plan);
  if (!Fits(plan, inputs)) {
    const plan::Entry& largest = *Largest(plan);
    auto function = std::ranges::find(graph.functions, largest.name, &ir::Function::name);
    Diagnostic diagnostic =
        MakeDiagnostic(DiagnosticKind::MemoryTooSmall, function->span, "`{}` takes {} at least, and `--max-memory` gives {}", largest.name,
                       schedule::MemoryText(largest.peak_memory), schedule::MemoryText(*inputs.max_memory))
            .Fix("give it more, take smaller models, or `precision: bf16` or `int8`");
    // This is no wish of the source but the word of who runs it.
    diagnostic.severity = Severity::Error;
    sink.Report(std::move(diagnostic));
  }
  return plan;
}

}  // namespace plait
