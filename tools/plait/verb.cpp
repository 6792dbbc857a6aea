#include "tools/plait/verb.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/ADT/StringExtras.h>

#include "compiler/driver/lock.h"
#include "compiler/plan/lookup.h"
#include "compiler/plan/text.h"

namespace plait {

void Print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

std::string ReadStandardInput() {
  std::string text;
  char buffer[65536];
  for (size_t count = 0; (count = std::fread(buffer, 1, sizeof(buffer), stdin)) > 0;) {
    text.append(buffer, count);
  }
  return text;
}

void PrintError(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void PrintNote(bool colour, std::string_view text) {
  PrintError(fmt::format("{}note:{} {}\n", colour ? "\x1b[1;36m" : "", colour ? "\x1b[0m" : "", text));
}

int UsageError(std::string_view verb, std::string_view message) {
  PrintError(fmt::format("plait {}: {}\nsee: plait {} --help\n", verb, message, verb));
  return kUsage;
}

int Fail(const World& world, const Error& error) {
  PrintError(RenderError(error, world.colour_err));
  return kFaults;
}

Result<Machine> ChosenMachine(const World& world, const Arguments& arguments) {
  Machine detected = DetectMachine();
  if (!arguments.Has("--machine")) {
    PLAIT_TRY(OwnMachine own, FindOwnMachine(*world.files, world.environment, std::move(detected)));
    if (!own.unused.empty() && !arguments.Has("--quiet")) {
      PrintNote(world.colour_err, own.unused);
    }
    return std::move(own.machine);
  }
  std::string path = arguments.Get("--machine");
  PLAIT_TRY(std::string text, world.files->ReadFile(path));
  return ReadMachine(text, path, std::move(detected));
}

DraftsAndMemory ChosenDraftsAndMemory(const Arguments& arguments) {
  DraftsAndMemory chosen;
  if (arguments.Has("--drafts")) {
    std::string text = arguments.Get("--drafts");
    chosen.drafts.clear();
    llvm::SmallVector<llvm::StringRef> names;
    llvm::StringRef(text).split(names, ',');
    for (llvm::StringRef name : names) {
      std::optional<DraftSource> source = DraftSourceFromName({name.data(), name.size()});
      if (source) {
        chosen.drafts.push_back(*source);
      } else if (text != "none") {
        chosen.fault = fmt::format("`--drafts` takes `int8`, `text`, `model`, several as `int8,text`, or `none`, not `{}`", text);
      }
    }
  }
  if (arguments.Has("--max-memory")) {
    chosen.max_memory = ParseBytes(arguments.Get("--max-memory"));
    if (!chosen.max_memory) {
      chosen.fault = fmt::format("`--max-memory` takes a size such as 2GiB or 512MiB, not `{}`", arguments.Get("--max-memory"));
    }
  }
  return chosen;
}

FilterChoice ChosenFilter(const Arguments& arguments) {
  FilterChoice chosen;
  chosen.filter.warnings_as_errors = arguments.Has("--warnings-as-errors");
  for (const std::string& code : arguments.GetAll("--allow")) {
    AllowableKind found = FindAllowableKind(code);
    if (!found.kind) {
      chosen.fault = fmt::format("`--allow`: {}", found.fault);
      return chosen;
    }
    chosen.filter.allowed.insert(*found.kind);
  }
  return chosen;
}

namespace {

/// Prints what is wrong with a source that is about to be used: errors and warnings, but no notes, and no warning about this machine: the
/// plan tells what was asked and what was got.
void PrintFaults(const World& world, const SourceManager& sources, std::span<const Diagnostic> found) {
  std::vector<Diagnostic> faults;
  for (const Diagnostic& diagnostic : found) {
    bool is_about_machine = GetDiagnosticInfo(diagnostic.kind).level == DiagnosticLevel::Machine;
    if (diagnostic.severity == Severity::Error || (diagnostic.severity == Severity::Warning && !is_about_machine)) {
      faults.push_back(diagnostic);
    }
  }
  PrintError(RenderDiagnostics(sources, faults, {DiagnosticFormat::Human, world.colour_err}));
}

/// `--locked` for a plan file: the lock is looked for beside and above the plan.
Result<void> CheckPlanLock(const World& world, const plan::Plan& plan, const ModelPlaces& places, const std::string& path) {
  std::optional<std::string> lock_path = FindLock(*world.files, path);
  if (!lock_path) {
    return Error{FailureKind::LockMismatch, "there is no plait.lock beside the plan or in a folder above it", path, {}}.WithNote(
        "fix", "put the plan where its source is, or leave out `--locked`");
  }
  PLAIT_TRY(LockFile lock, LoadLock(*world.files, *lock_path));
  return CheckPlanAgainstLock(*world.files, places, lock, plan, ParentPath(path));
}

/// Leaves out what is not to make drafts. A plan that was made without a source of them does not get it back.
void KeepDrafts(const std::vector<DraftSource>& kept, plan::Plan& plan) {
  for (plan::Model& model : plan.models) {
    std::erase_if(model.drafts, [&](DraftSource source) { return !Contains(kept, source); });
    model.draft_bytes = Contains(model.drafts, DraftSource::Int8) ? model.draft_bytes : 0;
    model.draft_model = Contains(model.drafts, DraftSource::Model) ? model.draft_model : std::nullopt;
  }
}

Result<std::optional<PreparedPlan>> Prepare(const World& world, const Arguments& arguments, const DiagnosticFilter& filter,
                                            const DraftsAndMemory& chosen, const std::string& path) {
  PLAIT_TRY(std::string text, world.files->ReadFile(path));
  PLAIT_TRY(ModelPlaces places, FindModelPlaces(*world.files, world.environment, arguments.GetAll("--models"), path));
  if (plan::LooksLikePlan(text) && arguments.Has("--outputs")) {
    return Error{FailureKind::InputMismatch, "a plan gives what it was made for; `--outputs` takes a source", path, {}};
  }
  if (plan::LooksLikePlan(text) && arguments.Has("--max-memory")) {
    return Error{FailureKind::InputMismatch, "a plan takes what it was made for; `--max-memory` takes a source", path, {}};
  }
  if (plan::LooksLikePlan(text)) {
    PLAIT_TRY(plan::Plan read, plan::Read(text, path));
    KeepDrafts(chosen.drafts, read);
    if (arguments.Has("--locked")) {
      PLAIT_TRY_VOID(CheckPlanLock(world, read, places, path));
    }
    return std::optional<PreparedPlan>(
        {std::move(read), std::move(places), ParentPath(path), arguments.Has("--allow-code-models"), !arguments.Has("--no-cache")});
  }
  CompileOptions options;
  PLAIT_TRY(options.machine, ChosenMachine(world, arguments));
  options.places = places;
  options.strict = arguments.Has("--strict");
  options.locked = arguments.Has("--locked");
  options.drafts = chosen.drafts;
  options.max_memory = chosen.max_memory;
  options.outputs = ChosenOutputs(arguments);
  options.entry = arguments.Get("--entry");
  PLAIT_TRY(Compilation compilation, Compile(*world.files, path, options));
  std::vector<Diagnostic> found = Filter(compilation.diagnostics.diagnostics(), filter);
  PrintFaults(world, compilation.sources, found);
  if (HasErrors(found)) {
    return std::optional<PreparedPlan>();
  }
  return std::optional<PreparedPlan>({*std::move(compilation.plan), std::move(places), ParentPath(path),
                                      arguments.Has("--allow-code-models"), !arguments.Has("--no-cache")});
}

}  // namespace

std::vector<std::string> ChosenOutputs(const Arguments& arguments) {
  std::vector<std::string> paths;
  std::string text = arguments.Get("--outputs");
  if (!text.empty()) {
    for (llvm::StringRef path : llvm::split(text, ',')) {
      paths.push_back(path.str());
    }
  }
  return paths;
}

PassChoice ChosenPasses(const Arguments& arguments) {
  PassChoice choice;
  for (std::string& name : arguments.GetAll("--disable-pass")) {
    std::string optional_passes;
    bool is_known = false;
    for (const Pass& pass : AllPasses()) {
      if (!pass.is_required && optional_passes.find(pass.name) == std::string::npos) {
        is_known = is_known || pass.name == name;
        optional_passes += fmt::format("{}{}", optional_passes.empty() ? "" : ", ", pass.name);
      }
    }
    if (!is_known) {
      choice.fault = fmt::format("no optional pass is called `{}`; there are {}", name, optional_passes);
      return choice;
    }
    choice.passes.disabled.insert(std::move(name));
  }
  return choice;
}

PrepareOutcome PreparePlan(const World& world, const Arguments& arguments, std::string_view verb) {
  if (arguments.positional.size() != 1) {
    return {std::nullopt, UsageError(verb, arguments.positional.empty() ? "name a .graph or .plan file" : "name one file only")};
  }
  FilterChoice chosen = ChosenFilter(arguments);
  if (!chosen.fault.empty()) {
    return {std::nullopt, UsageError(verb, chosen.fault)};
  }
  DraftsAndMemory drafts_and_memory = ChosenDraftsAndMemory(arguments);
  if (!drafts_and_memory.fault.empty()) {
    return {std::nullopt, UsageError(verb, drafts_and_memory.fault)};
  }
  Result<std::optional<PreparedPlan>> prepared = Prepare(world, arguments, chosen.filter, drafts_and_memory, arguments.positional[0]);
  if (!prepared.ok()) {
    return {std::nullopt, Fail(world, prepared.error())};
  }
  int exit_code = prepared->has_value() ? kFine : kFaults;
  return {*std::move(prepared), exit_code};
}

Result<std::string> ChosenEntry(const plan::Plan& plan, const Arguments& arguments) {
  PLAIT_TRY(const plan::Entry* entry, plan::FindEntry(plan, arguments.Get("--entry")));
  return entry->name;
}

}  // namespace plait
