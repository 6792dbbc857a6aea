// plait.lock against the models of a program.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"
#include "compiler/catalog/lock_file.h"
#include "compiler/catalog/model_facts.h"
#include "compiler/catalog/model_store.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/ir/graph.h"
#include "compiler/plan/plan.h"

namespace plait {

/// Gives each model the commit that the lock has for it, so that this one is looked for and the plan names it.
void PinRevisions(const LockFile& lock, ir::Graph& graph);

struct LockCheck {
  /// Absent where there is none; then only `is_required` makes that a fault.
  std::optional<LockFile> lock;
  /// A model without an entry, with other files, or not found at all is an error.
  bool is_required = false;
  /// For the fix: `plait lock <path>`.
  std::string source_path;
};

/// Reports unpinned-revision and lock-mismatch. `facts` has one a model.
void CheckLock(const LockCheck& check, const ir::Graph& graph, const std::vector<std::optional<ModelFacts>>& facts, Sink& sink);

/// What each model of the graph is on this machine now; what the source states decides, no lock. Fails with `model-not-found`, or as
/// ReadModelFacts does.
Result<std::vector<LockedModel>> LockModels(const FileSystem& files, const ModelPlaces& places, const ir::Graph& graph,
                                            std::string_view base_folder);

/// The files of a plan's models against a lock. Fails with `lock-mismatch` for the first model that has no entry or is another.
Result<void> CheckPlanAgainstLock(const FileSystem& files, const ModelPlaces& places, const LockFile& lock, const plan::Plan& plan,
                                  std::string_view base_folder);

}  // namespace plait
