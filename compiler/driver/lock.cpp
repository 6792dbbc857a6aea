#include "compiler/driver/lock.h"

#include <utility>

#include <fmt/format.h>

#include "compiler/catalog/source_facts.h"
#include "compiler/plan/lookup.h"

namespace plait {
namespace {

class LockChecker {
 public:
  LockChecker(const LockCheck& check, Sink& sink) : check_(check), sink_(sink) {}

  void Check(const ir::Model& model, const std::optional<ModelFacts>& facts) {
    const LockedModel* entry = check_.lock ? check_.lock->Find(model.full_source(), model.revision) : nullptr;
    if (entry == nullptr) {
      ReportUnpinned(model);
    } else if (facts && facts->digest != entry->digest) {
      ReportMismatch(model, *entry, *facts);
    } else if (!facts && check_.is_required) {
      Diagnostic diagnostic =
          MakeDiagnostic(DiagnosticKind::LockMismatch, model.span, "`{}` was not found on this machine, so it cannot be held against {}",
                         model.location, check_.lock->path);
      if (!entry->revision.empty()) {
        diagnostic.notes.push_back(fmt::format("{} wants revision {}", check_.lock->path, entry->revision));
      }
      Report(std::move(diagnostic));
    }
  }

 private:
  void ReportUnpinned(const ir::Model& model) {
    std::string seen = check_.lock ? fmt::format("{} has no entry for `{}`", check_.lock->path, model.location)
                                   : fmt::format("`{}` is locked by no {}", model.location, kLockName);
    if (check_.lock && !model.revision.empty()) {
      seen += fmt::format(" at revision `{}`", model.revision);
    }
    Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::UnpinnedRevision, model.span, "{}", seen);
    if (!check_.lock) {
      diagnostic.notes.push_back(fmt::format("there is no {} beside {} or in a folder above it", kLockName, check_.source_path));
    }
    Report(std::move(diagnostic).Fix(fmt::format("`plait lock {}` adds what is on this machine now", check_.source_path)));
  }

  void ReportMismatch(const ir::Model& model, const LockedModel& entry, const ModelFacts& facts) {
    std::string again = entry.revision.empty() || model.source != "hf"
                            ? "put back the files that were locked"
                            : fmt::format("get the locked files: `hf download {} --revision {}`", model.location, entry.revision);
    Report(MakeDiagnostic(DiagnosticKind::LockMismatch, model.span, "the files of `{}` are not those that {} was written for",
                          model.location, check_.lock->path)
               .Note(fmt::format("{}: {}", check_.lock->path, entry.digest))
               .Note(fmt::format("{}: {}", facts.folder, facts.digest))
               .Fix(fmt::format("{}; or where the change is meant, `plait lock {}`", again, check_.source_path)));
  }

  void Report(Diagnostic diagnostic) {
    if (check_.is_required) {
      diagnostic.severity = Severity::Error;
    }
    sink_.Report(std::move(diagnostic));
  }

  const LockCheck& check_;
  Sink& sink_;
};

}  // namespace

void PinRevisions(const LockFile& lock, ir::Graph& graph) {
  for (ir::Model& model : graph.models) {
    const LockedModel* entry = lock.Find(model.full_source(), model.revision);
    if (entry != nullptr && !entry->revision.empty()) {
      model.revision = entry->revision;
    }
  }
}

void CheckLock(const LockCheck& check, const ir::Graph& graph, const std::vector<std::optional<ModelFacts>>& facts, Sink& sink) {
  if (!check.lock && !check.is_required) {
    return;
  }
  LockChecker checker(check, sink);
  for (uint32_t i = 0; i < graph.models.size(); ++i) {
    checker.Check(graph.models[ir::ModelId{i}], facts[i]);
  }
}

Result<std::vector<LockedModel>> LockModels(const FileSystem& files, const ModelPlaces& places, const ir::Graph& graph,
                                            std::string_view base_folder) {
  std::vector<LockedModel> locked;
  for (const ir::Model& model : graph.models) {
    PLAIT_TRY(std::string folder, FindModelFolder(files, places, model.full_source(), model.revision, base_folder));
    PLAIT_TRY(ModelFacts facts, ReadFactsOf(files, model.full_source(), folder));
    locked.push_back({model.full_source(), model.revision, SnapshotRevision(folder), facts.digest});
  }
  return locked;
}

Result<void> CheckPlanAgainstLock(const FileSystem& files, const ModelPlaces& places, const LockFile& lock, const plan::Plan& plan,
                                  std::string_view base_folder) {
  for (const plan::Model& model : plan.models) {
    const LockedModel* entry = lock.Find(model.source, model.revision);
    if (entry == nullptr) {
      return Error{FailureKind::LockMismatch, fmt::format("the plan's `{}` has no entry", model.source), lock.path, {}}.WithNote(
          "fix", "make the plan from its source again, with `plait compile --locked`");
    }
    Result<std::string> folder = FindModelFolder(files, places, model.source, model.revision, base_folder);
    if (!folder.ok()) {
      return plan::WithUserOf(model, std::move(folder).error());
    }
    PLAIT_TRY(ModelFacts facts, ReadFactsOf(files, model.source, *folder));
    if (facts.digest != entry->digest) {
      return Error{FailureKind::LockMismatch, fmt::format("the files of `{}` are not those that were locked", model.source), lock.path, {}}
          .WithNote("locked", entry->digest)
          .WithNote("here", fmt::format("{} in {}", facts.digest, facts.folder))
          .WithNote("fix", "put back the files that were locked, or lock and compile the source again");
    }
  }
  return {};
}

}  // namespace plait
