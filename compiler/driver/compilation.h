// A compilation from a file's path to wherever it is asked to stop, with every stage's product kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"
#include "compiler/base/source.h"
#include "compiler/catalog/machine.h"
#include "compiler/catalog/model_store.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/ir/graph.h"
#include "compiler/passes/run_passes.h"
#include "compiler/plan/plan.h"
#include "compiler/sema/typed_module.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/token.h"

namespace plait {

/// The stops on the road, in order.
enum class Stop { Tokens, Ast, Typed, Ir, Plan };
std::optional<Stop> StopFromName(std::string_view name);
/// "tokens, ast, typed, ir, plan"
std::string StopNames();

struct CompileOptions {
  Stop stop = Stop::Plan;
  Machine machine;
  /// Where to look for models; none of them is looked at where absent, and the plan rests on the declarations.
  std::optional<ModelPlaces> places;
  /// Demands beyond the machine are errors.
  bool strict = false;
  /// Every model needs an entry in plait.lock, and the files that it says. Without it a lock that is there gives warnings. Needs `places`.
  bool locked = false;
  /// As in PlanInputs.
  std::vector<DraftSource> drafts = AllDraftSources();
  std::optional<int64_t> max_memory;
  PassOptions passes;
  /// Paths into the result of `entry`, if only these are wanted: what only the others need is not computed.
  std::vector<std::string> outputs;
  std::string entry;
};

struct Compilation {
  SourceManager sources;
  DiagnosticList diagnostics;
  // Each is there when its stage ran. A stage runs only when those before it had no errors.
  std::optional<TokenBuffer> tokens;
  std::optional<ast::Module> ast;
  std::optional<sema::TypedModule> typed;
  std::optional<ir::Graph> graph;
  std::optional<plan::Plan> plan;
};

/// Compiles the file at `path`. Fails only where that file or the plait.lock that holds for it cannot be read, or `outputs` name what is
/// not there; faults of the source are diagnostics, sorted and without repeats.
Result<Compilation> Compile(const FileSystem& files, const std::string& path, const CompileOptions& options);

/// The product of a stop as text, for `--emit`. Needs that the stop was reached.
std::string Emit(const Compilation& compilation, Stop stop);

/// The folder of each model of a plan, in its order; empty for those that `only_entry` (if not empty) does not call. `base_folder` is that
/// of the source or plan file. Fails with `model-not-found` for the first that is in none of the places, naming who uses it.
Result<std::vector<std::string>> FindPlanModels(const FileSystem& files, const ModelPlaces& places, const plan::Plan& plan,
                                                std::string_view only_entry, std::string_view base_folder);

}  // namespace plait
