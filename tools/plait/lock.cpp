// plait lock
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "compiler/base/output_file.h"
#include "compiler/driver/lock.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {{"--check", false, ""}, {"--models", true, ""}};

constexpr std::string_view kHelp = R"(plait lock FILE... [options]

Writes into plait.lock which files the models of these graphs are on this machine: a digest of the configuration and the
weights' header, and the commit where the model lies in Hugging Face's cache. Entries of other models stay as they are.
The lock is the one beside the graph or in a folder above it; a new one goes beside the plait.toml that holds for the
graph, or else beside the graph.

With a lock, every verb looks for the commits that it names, and warns where a model has no entry or other files.
check, compile, run and bench take --locked, which makes both errors.

  --check        write nothing; fail where the lock lacks a model or a model's files are others
  --models DIR   look for models here first (may be repeated)

examples
  plait lock graphs/inference_graph.graph
  plait lock --check graphs/*.graph
)";

/// A lock as it was and as it becomes.
struct Change {
  LockFile before;
  LockFile after;
};

/// By the lock's path: several files may share one.
using Changes = std::map<std::string, Change>;

Result<Change*> FindChange(const World& world, const std::string& path, Changes& changes) {
  std::optional<std::string> found = FindLock(*world.files, path);
  std::string lock_path = found ? *found : NewLockPath(*world.files, path);
  auto [place, is_new] = changes.try_emplace(lock_path);
  if (is_new) {
    place->second.before.path = lock_path;
    if (found) {
      PLAIT_TRY(place->second.before, LoadLock(*world.files, lock_path));
    }
    place->second.after = place->second.before;
  }
  return &place->second;
}

/// Adds one file's models; false where the file has faults, which have been printed.
Result<bool> LockFileOf(const World& world, const Arguments& arguments, const std::string& path, Changes& changes,
                        std::vector<LockedModel>& seen) {
  CompileOptions options;
  options.stop = Stop::Ir;
  PLAIT_TRY(Compilation compilation, Compile(*world.files, path, options));
  if (compilation.diagnostics.has_errors()) {
    PrintError(RenderDiagnostics(compilation.sources, Filter(compilation.diagnostics.diagnostics(), {{}, false, true}),
                                 {DiagnosticFormat::Human, world.colour_err}));
    return false;
  }
  PLAIT_TRY(ModelPlaces places, FindModelPlaces(*world.files, world.environment, arguments.GetAll("--models"), path));
  PLAIT_TRY(std::vector<LockedModel> models, LockModels(*world.files, places, *compilation.graph, ParentPath(path)));
  PLAIT_TRY(Change * change, FindChange(world, path, changes));
  for (LockedModel& model : models) {
    bool is_other = std::any_of(seen.begin(), seen.end(), [&](const LockedModel& other) {
      return other.source == model.source && other.asked == model.asked && other.digest != model.digest;
    });
    if (is_other) {
      return Error{FailureKind::LockMismatch,
                   fmt::format("`{}` is one model here and another in a file before", model.source),
                   path,
                   {{"fix", fmt::format("put an empty {} with `version = {}` beside one of the two, so that each has its own", kLockName,
                                        kLockVersion)}}};
    }
    change->after.Set(model);
    seen.push_back(std::move(model));
  }
  return true;
}

/// "new", "changed", or nothing.
std::string_view WhatHappened(const LockFile& before, const LockedModel& model) {
  const LockedModel* old = before.Find(model.source, model.asked);
  return old == nullptr ? "new" : *old == model ? "" : "changed";
}

std::string Describe(const LockedModel& model) {
  std::string text = fmt::format("`{}`", model.source);
  text += model.asked.empty() ? "" : fmt::format(" at `{}`", model.asked);
  return text + (model.revision.empty() ? "" : fmt::format(", commit {}", model.revision)) + fmt::format(", {}", model.digest);
}

/// What differs, on lines of its own; the number of differences.
int PrintChanges(const Change& change, bool is_check) {
  int count = 0;
  std::string text;
  for (const LockedModel& model : change.after.models) {
    std::string_view what = WhatHappened(change.before, model);
    if (what.empty()) {
      continue;
    }
    ++count;
    text += fmt::format("  {}: {}\n", what, Describe(model));
    if (what == "changed") {
      text += fmt::format("    was: {}\n", Describe(*change.before.Find(model.source, model.asked)));
    }
  }
  std::string_view state = count == 0 ? "is up to date" : is_check ? "is out of date" : "written";
  Print(fmt::format("{}: {}, {} model{}\n{}", change.after.path, state, change.after.models.size(),
                    change.after.models.size() == 1 ? "" : "s", text));
  return count;
}

int RunLock(const World& world, const Arguments& arguments) {
  if (arguments.positional.empty()) {
    return UsageError("lock", "name a .graph file");
  }
  Changes changes;
  std::map<std::string, std::vector<LockedModel>> seen;
  bool has_faults = false;
  for (const std::string& path : arguments.positional) {
    std::string lock_path = FindLock(*world.files, path).value_or(NewLockPath(*world.files, path));
    Result<bool> locked = LockFileOf(world, arguments, path, changes, seen[lock_path]);
    if (!locked.ok()) {
      return Fail(world, locked.error());
    }
    has_faults = has_faults || !*locked;
  }
  if (has_faults) {
    return kFaults;
  }
  bool is_check = arguments.Has("--check");
  int differences = 0;
  for (const auto& [path, change] : changes) {
    if (Result<void> written; !is_check && !(change.before == change.after && world.files->IsFile(path))) {
      written = WriteFileWhole(path, WriteLock(change.after));
      if (!written.ok()) {
        return Fail(world, written.error());
      }
    }
    differences += PrintChanges(change, is_check);
  }
  return is_check && differences > 0 ? kFaults : kFine;
}

}  // namespace

const Verb kLockVerb = {"lock", "write down which files each model is", kHelp, kOptions, RunLock};

}  // namespace plait
