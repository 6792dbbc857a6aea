#include "compiler/driver/compilation.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/digest.h"
#include "compiler/catalog/model_facts.h"
#include "compiler/catalog/source_facts.h"
#include "compiler/catalog/text_facts.h"
#include "compiler/driver/lock.h"
#include "compiler/driver/module_loader.h"
#include "compiler/ir/text.h"
#include "compiler/lower/build_graph.h"
#include "compiler/passes/inline_calls.h"
#include "compiler/passes/project_outputs.h"
#include "compiler/plan/lookup.h"
#include "compiler/plan/text.h"
#include "compiler/schedule/check_labels.h"
#include "compiler/schedule/check_vectors.h"
#include "compiler/schedule/make_plan.h"
#include "compiler/sema/check.h"
#include "compiler/syntax/lex.h"

namespace plait {
namespace {

constexpr std::array<std::pair<std::string_view, Stop>, 5> kStops = {
    {{"tokens", Stop::Tokens}, {"ast", Stop::Ast}, {"typed", Stop::Typed}, {"ir", Stop::Ir}, {"plan", Stop::Plan}}};

/// `sha256:…` over the text of every file of the compilation, the standard library included: it is part of the program's meaning.
std::string DigestSources(const SourceManager& sources) {
  Sha256 digest;
  for (uint32_t i = 0; i < sources.size(); ++i) {
    std::string_view text = sources.Text(FileId{i});
    std::array<char, 8> length{};
    for (size_t byte = 0; byte < length.size(); ++byte) {
      length[byte] = static_cast<char>((text.size() >> (8 * byte)) & 0xffU);
    }
    digest.Add({length.data(), length.size()});
    digest.Add(text);
  }
  return digest.Text();
}

/// What the models' folders tell. A folder that is not found is no fault here: the planner says what it assumed instead.
std::vector<std::optional<ModelFacts>> ReadFacts(const FileSystem& files, const std::optional<ModelPlaces>& places, const ir::Graph& graph,
                                                 std::string_view base_folder, Sink& sink) {
  std::vector<std::optional<ModelFacts>> facts;
  for (const ir::Model& model : graph.models) {
    facts.emplace_back();
    if (!places) {
      continue;
    }
    Result<std::string> folder = FindModelFolder(files, *places, model.full_source(), model.revision, base_folder);
    if (!folder.ok()) {
      continue;
    }
    Result<ModelFacts> read = ReadFactsOf(files, model.full_source(), *folder);
    if (read.ok()) {
      facts.back() = *std::move(read);
      continue;
    }
    Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::ModelMetadata, model.span, "{}", read.error().message);
    if (!read.error().place.empty()) {
      diagnostic.notes.push_back("in " + read.error().place);
    }
    for (const ErrorNote& note : read.error().notes) {
      diagnostic.notes.push_back(fmt::format("{}: {}", note.label, note.text));
    }
    sink.Report(std::move(diagnostic));
  }
  return facts;
}

/// Reads which generators have the same tokenizer, where two might.
void CompareTokenizers(const FileSystem& files, const ir::Graph& graph, std::vector<std::optional<ModelFacts>>& facts) {
  std::map<int64_t, std::vector<ModelFacts*>> by_vocabulary;
  for (uint32_t i = 0; i < facts.size(); ++i) {
    if (facts[i] && graph.models[ir::ModelId{i}].task == "text.Generator") {
      by_vocabulary[facts[i]->vocab_size].push_back(&*facts[i]);
    }
  }
  for (const auto& [size, models] : by_vocabulary) {
    if (models.size() == 1) {
      continue;
    }
    for (ModelFacts* of_model : models) {
      of_model->tokenizer_digest = TokenizerDigest(files, of_model->folder);
    }
  }
}

/// The facts of the models of a graph that passes have not thinned out yet: absent for those that no result needs.
std::vector<std::optional<ModelFacts>> FactsBefore(const ir::Graph& before, const ir::Graph& after,
                                                   const std::vector<std::optional<ModelFacts>>& facts) {
  std::vector<std::optional<ModelFacts>> all;
  for (const ir::Model& model : before.models) {
    auto same = std::find_if(after.models.begin(), after.models.end(), [&](const ir::Model& other) { return other.name == model.name; });
    all.push_back(same == after.models.end() ? std::nullopt : facts[static_cast<size_t>(same - after.models.begin())]);
  }
  return all;
}

/// What models answer is followed before constants are folded and equal values made one, as both lose places; but only where some model has
/// labels or makes vectors of a known size.
void CheckAnswers(ir::Graph lowered, const Compilation& compilation, const std::vector<std::optional<ModelFacts>>& facts, Sink& sink) {
  bool has_labels = false;
  bool has_vectors = false;
  for (uint32_t i = 0; i < facts.size(); ++i) {
    const std::string& task = compilation.graph->models[ir::ModelId{i}].task;
    has_labels = has_labels || (facts[i] && (task == "text.Classifier" || task == "text.ZeroShot"));
    has_vectors = has_vectors || (facts[i] && task == kEmbedderTask);
  }
  if (!has_labels && !has_vectors) {
    return;
  }
  ir::Graph inlined = InlineCalls(std::move(lowered));
  std::vector<std::optional<ModelFacts>> all_facts = FactsBefore(inlined, *compilation.graph, facts);
  if (has_labels) {
    CheckLabels(inlined, all_facts, compilation.sources, sink);
  }
  if (has_vectors) {
    CheckVectorSizes(inlined, all_facts, sink);
  }
}

/// Whose vectors are compared is told by the source alone, but only the graph follows values.
void CheckMixOf(const sema::TypedModule& typed, Sink& sink) {
  auto embeds = [&](const sema::Model& model) { return typed.tasks[model.task].name == kEmbedderTask; };
  if (std::ranges::count_if(typed.models, embeds) > 1) {
    CheckEmbeddingMix(InlineCalls(BuildGraph(typed)), sink);
  }
}

/// The last stage: what models and machine say, and the plan where that is nothing bad.
Result<void> Plan(const FileSystem& files, const std::string& path, ir::Graph lowered, const CompileOptions& options, Compilation& result) {
  DiagnosticList& sink = result.diagnostics;
  LockCheck lock{std::nullopt, options.locked, path};
  std::optional<std::string> lock_path = options.places ? FindLock(files, path) : std::nullopt;
  if (lock_path) {
    PLAIT_TRY(lock.lock, LoadLock(files, *lock_path));
    PinRevisions(*lock.lock, *result.graph);
  }
  PlanInputs inputs;
  inputs.machine = options.machine;
  inputs.facts = ReadFacts(files, options.places, *result.graph, ParentPath(path), sink);
  inputs.source_digest = DigestSources(result.sources);
  inputs.strict = options.strict;
  inputs.drafts = options.drafts;
  inputs.max_memory = options.max_memory;
  if (Contains(inputs.drafts, DraftSource::Model)) {
    CompareTokenizers(files, *result.graph, inputs.facts);
  }
  if (!sink.has_errors()) {
    CheckLock(lock, *result.graph, inputs.facts, sink);
    CheckAnswers(std::move(lowered), result, inputs.facts, sink);
    result.plan = MakePlan(*result.graph, inputs, result.sources, sink);
  }
  return {};
}

Result<void> RunStages(const FileSystem& files, const std::string& path, std::string text, const CompileOptions& options,
                       Compilation& result) {
  DiagnosticList& sink = result.diagnostics;
  result.sources.set_root(ParentPath(path));
  ModuleLoader loader(files, result.sources, sink);
  const ast::Module* main = loader.AddMain(path, std::move(text));
  if (options.stop == Stop::Tokens) {
    DiagnosticList already_reported;
    result.tokens = Lex(result.sources, main->file, already_reported);
    return {};
  }
  result.ast = *main;
  if (options.stop == Stop::Ast) {
    return {};
  }
  result.typed = sema::Check(*main, loader, sink);
  if (!sink.has_errors()) {
    CheckMixOf(*result.typed, sink);
  }
  if (options.stop == Stop::Typed || sink.has_errors()) {
    return {};
  }
  ir::Graph lowered = BuildGraph(*result.typed);
  if (!options.outputs.empty()) {
    PLAIT_TRY(lowered, ProjectOutputs(std::move(lowered), options.entry, options.outputs));
  }
  result.graph = RunPasses(lowered, options.passes);
  return options.stop == Stop::Ir ? Result<void>() : Plan(files, path, std::move(lowered), options, result);
}

}  // namespace

std::optional<Stop> StopFromName(std::string_view name) {
  for (const auto& [stop_name, stop] : kStops) {
    if (stop_name == name) {
      return stop;
    }
  }
  return std::nullopt;
}

std::string StopNames() {
  std::string names;
  for (const auto& [name, stop] : kStops) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  }
  return names;
}

Result<Compilation> Compile(const FileSystem& files, const std::string& path, const CompileOptions& options) {
  PLAIT_TRY(std::string text, ReadSource(files, path));
  Compilation result;
  PLAIT_TRY_VOID(RunStages(files, path, std::move(text), options, result));
  result.diagnostics.SortAndMergeEqual();
  return result;
}

std::string Emit(const Compilation& compilation, Stop stop) {
  switch (stop) {
    case Stop::Tokens:
      return Dump(compilation.sources, *compilation.tokens);
    case Stop::Ast:
      return ast::Dump(*compilation.ast);
    case Stop::Typed:
      return sema::Dump(*compilation.typed);
    case Stop::Ir:
      return ir::Print(*compilation.graph);
    case Stop::Plan:
      return plan::Write(*compilation.plan);
  }
  return "";
}

Result<std::vector<std::string>> FindPlanModels(const FileSystem& files, const ModelPlaces& places, const plan::Plan& plan,
                                                std::string_view only_entry, std::string_view base_folder) {
  std::vector<std::string> folders(plan.models.size());
  for (uint32_t index : plan::NeededModels(plan, only_entry)) {
    const plan::Model& model = plan.models[index];
    Result<std::string> folder = FindModelFolder(files, places, model.source, model.revision, base_folder);
    if (!folder.ok()) {
      return plan::WithUserOf(model, std::move(folder).error());
    }
    folders[index] = *std::move(folder);
  }
  return folders;
}

}  // namespace plait
