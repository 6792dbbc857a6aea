// plait check
#include <fmt/format.h>

#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {{"--format", true, ""},  {"--with-models", false, ""}, {"--models", true, ""},
                                   {"--machine", true, ""}, {"--strict", false, ""},      {"--quiet", false, ""}};

constexpr std::string_view kHelp = R"(plait check FILE... [options]

Finds every mistake of the files at once, before a weight is loaded: names, types, arguments, cycles, units, sense.
Reads nothing but the sources, unless --with-models is given.

  --format human|short|json   how to print what was found (json has a version and is stable)
  --with-models               also read the models' configuration and tensor names: heads, limits, memory
  --models DIR                look for models here first (may be repeated)
  --machine FILE              a machine profile in place of this machine
  --strict                    resources beyond the machine are errors
  --quiet                     errors only

examples
  plait check graphs/inference_graph.graph
  plait check --with-models --format json graphs/*.graph
)";

std::optional<DiagnosticFormat> FormatFromName(std::string_view name) {
  if (name == "human") {
    return DiagnosticFormat::Human;
  }
  if (name == "short") {
    return DiagnosticFormat::Short;
  }
  return name == "json" ? std::optional(DiagnosticFormat::Json) : std::nullopt;
}

Result<Compilation> CheckFile(const World& world, const Arguments& arguments, const std::string& path) {
  CompileOptions options;
  options.stop = Stop::Typed;
  if (arguments.Has("--with-models")) {
    options.stop = Stop::Plan;
    PLAIT_TRY(options.machine, ChosenMachine(world, arguments));
    PLAIT_TRY(options.places, FindModelPlaces(*world.files, world.environment, arguments.GetAll("--models"), path));
    options.strict = arguments.Has("--strict");
  }
  return Compile(*world.files, path, options);
}

int RunCheck(const World& world, const Arguments& arguments) {
  std::optional<DiagnosticFormat> format = FormatFromName(arguments.Get("--format", "human"));
  if (!format) {
    return UsageError("check", fmt::format("`--format` takes human, short or json, not `{}`", arguments.Get("--format")));
  }
  if (arguments.positional.empty()) {
    return UsageError("check", "name a .graph file");
  }
  int exit_code = kFine;
  for (const std::string& path : arguments.positional) {
    Result<Compilation> compilation = CheckFile(world, arguments, path);
    if (!compilation.ok()) {
      exit_code = Fail(world, compilation.error());
      continue;
    }
    std::vector<Diagnostic> found;
    for (const Diagnostic& diagnostic : compilation->diagnostics.diagnostics()) {
      if (diagnostic.severity == Severity::Error || !arguments.Has("--quiet")) {
        found.push_back(diagnostic);
      }
    }
    Print(RenderDiagnostics(compilation->sources, found, {*format, world.colour_out}));
    if (compilation->diagnostics.has_errors()) {
      exit_code = kFaults;
    }
  }
  return exit_code;
}

}  // namespace

const Verb kCheckVerb = {"check", "find every mistake before a weight is loaded", kHelp, kOptions, RunCheck};

}  // namespace plait
