// What every verb of the command shares: its table entry, its exit codes, and the world it works in.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"
#include "compiler/catalog/machine.h"
#include "compiler/catalog/model_store.h"
#include "compiler/diagnostics/filter.h"
#include "compiler/diagnostics/render.h"
#include "compiler/driver/compilation.h"
#include "compiler/plan/plan.h"
#include "tools/plait/arguments.h"

namespace plait {

enum ExitCode : int { kFine = 0, kFaults = 1, kUsage = 2, kInternal = 70 };

/// The outside world of the command.
struct World {
  std::unique_ptr<FileSystem> files;
  Environment environment;
  /// Of the running program, for finding the runtime's library beside it.
  std::string program_folder;
  /// Whether standard output and standard error show colours.
  bool colour_out = false;
  bool colour_err = false;
  bool error_is_terminal = false;
};

struct Verb {
  std::string_view name;
  std::string_view summary;
  std::string_view help;
  std::span<const OptionSpec> options;
  int (*run)(const World& world, const Arguments& arguments);
};

// One a file; the list of them stands in main.cpp.
extern const Verb kCheckVerb;
extern const Verb kFmtVerb;
extern const Verb kTestVerb;
extern const Verb kCompileVerb;
extern const Verb kPlanVerb;
extern const Verb kDotVerb;
extern const Verb kRunVerb;
extern const Verb kBenchVerb;
extern const Verb kEvalVerb;
extern const Verb kLockVerb;
extern const Verb kExplainVerb;
extern const Verb kDocVerb;
extern const Verb kCacheVerb;
extern const Verb kProfileVerb;

/// Writes to standard output; `plait … | head` is no fault.
void Print(std::string_view text);
/// All of it, to its end.
std::string ReadStandardInput();
/// Writes to standard error.
void PrintError(std::string_view text);
/// A line that begins with `note:`, in colour or not.
void PrintNote(bool colour, std::string_view text);
/// "plait check: message" and the way to the verb's help. Returns kUsage.
int UsageError(std::string_view verb, std::string_view message);
/// Prints the failure. Returns kFaults.
int Fail(const World& world, const Error& error);

/// The profile that `--machine` names, or this machine with the rates that `plait profile` kept of it.
Result<Machine> ChosenMachine(const World& world, const Arguments& arguments);

/// The paths of `--outputs a.b,c`.
std::vector<std::string> ChosenOutputs(const Arguments& arguments);

/// What `--disable-pass` says, or in words why a pass cannot be left out.
struct PassChoice {
  PassOptions passes;
  std::string fault;
};
PassChoice ChosenPasses(const Arguments& arguments);

/// What `--drafts` and `--max-memory` say, or in words what is wrong with them.
struct DraftsAndMemory {
  std::vector<DraftSource> drafts = AllDraftSources();
  std::optional<int64_t> max_memory;
  std::string fault;
};
DraftsAndMemory ChosenDraftsAndMemory(const Arguments& arguments);

/// What `--warnings-as-errors` and `--allow CODE` ask for, or in words what is wrong with a code.
struct FilterChoice {
  DiagnosticFilter filter;
  std::string fault;
};
FilterChoice ChosenFilter(const Arguments& arguments);

/// A plan made from a source, or read from a plan file.
struct PreparedPlan {
  plan::Plan plan;
  ModelPlaces places;
  /// The folder of the file that was named.
  std::string base_folder;
  /// `--allow-code-models`.
  bool allow_code_models = false;
  /// Not `--no-cache`.
  bool uses_cache = true;
};

/// What `plan`, `dot`, `run`, `bench` and `eval` begin with: takes the one file of `arguments`, compiles it where it is a source, and
/// prints diagnostics (not notes) to standard error. On failure everything has been printed, and the exit code is given.
struct PrepareOutcome {
  std::optional<PreparedPlan> prepared;
  int exit_code = kFine;
};
PrepareOutcome PreparePlan(const World& world, const Arguments& arguments, std::string_view verb);

/// `--entry NAME` checked against the plan's entries, as an error if it is none of them.
Result<std::string> ChosenEntry(const plan::Plan& plan, const Arguments& arguments);

}  // namespace plait
