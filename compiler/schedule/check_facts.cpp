#include "compiler/schedule/check_facts.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compiler/schedule/check_vectors.h"
#include "compiler/schedule/cost.h"
#include "compiler/schedule/model_sizes.h"

namespace plait::schedule {
namespace {

bool NeedsHead(const ir::Model& model) { return model.task == "text.Classifier" || model.task == "text.ZeroShot"; }

bool DrawsHead(const ir::Model& model) {
  return std::any_of(model.options.begin(), model.options.end(),
                     [](const auto& option) { return option.first == "head" && !option.second.is_null(); });
}

class Checker {
 public:
  Checker(const ir::Graph& graph, const PlanInputs& inputs, Sink& sink) : graph_(graph), inputs_(inputs), sink_(sink) {}

  void Run() {
    for (uint32_t i = 0; i < graph_.models.size(); ++i) {
      CheckModel(graph_.models[ir::ModelId{i}], inputs_.facts[i]);
    }
    for (const ir::Demand& demand : graph_.demands) {
      CheckMemory(demand);
      CheckMachine(demand);
    }
    for (const ir::Function& function : graph_.functions) {
      CheckLimits(function);
    }
  }

 private:
  void CheckModel(const ir::Model& model, const std::optional<ModelFacts>& facts) {
    if (!facts) {
      std::string revision = model.revision.empty() ? "" : fmt::format(" at revision `{}`", model.revision);
      sink_.Report(MakeDiagnostic(DiagnosticKind::MetadataAbsent, model.span,
                                  "`{}`{} was not found on this machine, so its costs are those of a typical {}", model.location, revision,
                                  model.task)
                       .Note("`plait check --with-models` needs the folder to check heads, labels, limits and memory"));
      return;
    }
    CheckHead(model, *facts);
    CheckEntailment(model, *facts);
    CheckEmbedder(model, *facts);
  }

  static std::string ConfigPath(const ModelFacts& facts) { return JoinPath(facts.folder, "config.json"); }

  void CheckEntailment(const ir::Model& model, const ModelFacts& facts) {
    if (model.task != "text.ZeroShot" || facts.entailment_label) {
      return;
    }
    constexpr size_t kMost = 12;
    std::vector<std::string> labels;
    for (size_t i = 0; i < facts.labels.size() && i < kMost; ++i) {
      labels.push_back(QuoteJson(facts.labels[i]));
    }
    std::string more = facts.labels.size() > kMost ? fmt::format(", … ({} in all)", facts.labels.size()) : "";
    sink_.Report(MakeDiagnostic(DiagnosticKind::LabelUnknown, model.span, "`{}` has no label that begins with `entail`, which {} scores by",
                                model.location, model.task)
                     .Note(fmt::format("{} {}: {}{}", facts.names_labels ? "`id2label` in" : "without `id2label` the labels of",
                                       ConfigPath(facts), fmt::join(labels, ", "), more))
                     .Fix("take a model that was trained on entailment, such as FacebookAI/roberta-large-mnli"));
  }

  void CheckEmbedder(const ir::Model& model, const ModelFacts& facts) {
    if (model.task == kEmbedderTask && facts.embedder_fault) {
      sink_.Report(MakeDiagnostic(DiagnosticKind::ModelMetadata, model.span, "{}", facts.embedder_fault->message)
                       .Note("in " + facts.embedder_fault->place));
    }
  }

  void CheckHead(const ir::Model& model, const ModelFacts& facts) {
    if (!NeedsHead(model) || DrawsHead(model) || facts.missing_head_tensors.empty()) {
      return;
    }
    std::vector<std::string> names;
    for (const std::string& name : facts.missing_head_tensors) {
      names.push_back(fmt::format("`{}`", name));
    }
    sink_.Report(MakeDiagnostic(DiagnosticKind::UntrainedHead, model.span, "`{}` has no {}: its classification head was never trained",
                                model.location, fmt::join(names, " and no "))
                     .Note("transformers draws such a head at random, a new one each time, and only logs it; its scores mean nothing")
                     .Fix("add `{ head: random(seed: 0) }`"));
  }

  void CheckMemory(const ir::Demand& demand) {
    int64_t weights = 0;
    std::vector<std::string> names;
    for (uint32_t i = 0; i < graph_.models.size(); ++i) {
      const ir::Model& model = graph_.models[ir::ModelId{i}];
      if (inputs_.facts[i] && model.name.starts_with(demand.service + ".")) {
        weights += LoadedBytes(model, inputs_.facts[i]);
        names.push_back(fmt::format("`{}`", model.location));
      }
    }
    if (demand.memory_bytes && weights > *demand.memory_bytes) {
      ReportResources(MakeDiagnostic(DiagnosticKind::MemoryTooSmall, demand.span,
                                     "`{}` asks for {} of memory, the weights of {} alone take {}", demand.service,
                                     MemoryText(*demand.memory_bytes), fmt::join(names, " and "), MemoryText(weights)));
    }
  }

  void CheckMachine(const ir::Demand& demand) {
    const Machine& machine = inputs_.machine;
    if (demand.cpu && *demand.cpu > machine.cores) {
      ReportMachine(demand, fmt::format("{} cores", *demand.cpu), fmt::format("this machine has {}", machine.cores));
    }
    if (demand.memory_bytes && machine.memory > 0 && *demand.memory_bytes > machine.memory) {
      ReportMachine(demand, MemoryText(*demand.memory_bytes) + " of memory", "this machine has " + MemoryText(machine.memory));
    }
    if (demand.gpu_min.value_or(0) > 0) {
      ReportMachine(demand, fmt::format("{} gpu{}", *demand.gpu_min, *demand.gpu_min == 1 ? "" : "s"),
                    "models run on the processor only, so the plan is for that");
    }
  }

  void ReportMachine(const ir::Demand& demand, const std::string& asked, const std::string& got) {
    ReportResources(MakeDiagnostic(DiagnosticKind::MachineTooSmall, demand.span, "`{}` asks for {}, {}", demand.service, asked, got));
  }

  /// What a service asks for is a wish of a local run, and a must with `--strict`.
  void ReportResources(Diagnostic diagnostic) {
    if (inputs_.strict) {
      diagnostic.severity = Severity::Error;
    }
    sink_.Report(std::move(diagnostic));
  }

  void CheckLimits(const ir::Function& function) {
    const KnownValues known(function);
    for (const ir::Node& node : function.nodes) {
      if (node.kind != ir::NodeKind::CallModel || !inputs_.facts[node.model.index]) {
        continue;
      }
      for (const Told& told : ToldInts(function, known, node, "max_length")) {
        CheckLimit(node, told, "max_length", 0);
      }
      for (const Told& told : ToldInts(function, known, node, "max_new_tokens")) {
        // Beside the new tokens the prompt needs at least one position.
        CheckLimit(node, told, "max_new_tokens", 1);
      }
      for (const Told& told : ToldInts(function, known, node, "top_k")) {
        CheckTopK(node, told);
      }
    }
  }

  /// A constant argument and where it is told: its own place where it was written, else that of the call.
  struct Told {
    int64_t value = 0;
    Span span;
  };

  static std::vector<Told> ToldInts(const ir::Function& function, const KnownValues& known, const ir::Node& call, std::string_view name) {
    std::vector<Told> told;
    if (const std::optional<ir::NodeId> argument = ArgumentOf(call, name)) {
      for (const KnownValue& value : known.Of(*argument)) {
        const ir::Node& node = function.nodes[value.told_by];
        const bool is_written = node.kind == ir::NodeKind::Constant && node.span.file.has_value();
        if (value.value.is_int()) {
          told.push_back({value.value.AsInt(), is_written ? node.span : call.span});
        }
      }
    }
    return told;
  }

  void CheckLimit(const ir::Node& call, const Told& told, std::string_view name, int64_t others) {
    const ModelFacts& facts = *inputs_.facts[call.model.index];
    if (facts.max_positions <= 0 || told.value <= facts.max_positions - others || !IsFirst(told, name)) {
      return;
    }
    std::string_view most = others == 0 ? "at most" : "prompt included, at most";
    sink_.Report(MakeDiagnostic(DiagnosticKind::ModelLimit, told.span, "`{}` is {}, `{}` takes {} {} tokens", name, told.value,
                                graph_.models[call.model].location, most, facts.max_positions)
                     .Note(fmt::format("`{}` in {}", facts.max_positions_key, ConfigPath(facts))));
  }

  /// More labels than there are: the call gives all of them, which is likely not what was meant.
  void CheckTopK(const ir::Node& call, const Told& told) {
    const ModelFacts& facts = *inputs_.facts[call.model.index];
    const bool has_labels = graph_.models[call.model].task == "text.Classifier" && facts.num_labels > 0;
    if (!has_labels || told.value <= facts.num_labels || !IsFirst(told, "top_k")) {
      return;
    }
    Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::ModelLimit, told.span, "`top_k` is {}, `{}` has {} label{}", told.value,
                                           graph_.models[call.model].location, facts.num_labels, facts.num_labels == 1 ? "" : "s");
    diagnostic.severity = Severity::Warning;
    sink_.Report(std::move(diagnostic)
                     .Note(fmt::format("`id2label` in {}", ConfigPath(facts)))
                     .Fix(fmt::format("write `top_k: {}`, or `top_k: null` for all of them", facts.num_labels)));
  }

  /// Inlining repeats a call in every entry that reaches it.
  bool IsFirst(const Told& told, std::string_view name) {
    return reported_.insert({told.span.file.index, told.span.begin, told.span.end, std::string(name)}).second;
  }

  const ir::Graph& graph_;
  const PlanInputs& inputs_;
  Sink& sink_;
  std::set<std::tuple<uint32_t, uint32_t, uint32_t, std::string>> reported_;
};

}  // namespace

void CheckFacts(const ir::Graph& graph, const PlanInputs& inputs, Sink& sink) { Checker(graph, inputs, sink).Run(); }

}  // namespace plait::schedule
