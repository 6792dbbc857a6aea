// plait check
#include <fmt/format.h>

#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {
    {"--format", true, ""},  {"--with-models", false, ""},        {"--models", true, ""}, {"--machine", true, ""}, {"--strict", false, ""},
    {"--locked", false, ""}, {"--warnings-as-errors", false, ""}, {"--allow", true, ""},  {"--quiet", false, ""}};

constexpr std::string_view kHelp = R"(plait check FILE... [options]

Finds every mistake of the files at once, before a weight is loaded: names, types, arguments, cycles, units, sense.
Reads nothing but the sources, unless --with-models or --locked is given.

  --format FORM               how to print what was found: human, short, json (has a version and is stable), sarif (2.1.0) or
                              github (annotations of a workflow)
  --with-models               also read the models' configuration and tensor names: heads, labels, limits, memory, and plait.lock
  --models DIR                look for models here first (may be repeated)
  --machine FILE              a machine profile in place of this machine
  --strict                    resources beyond the machine or below the weights are errors
  --locked                    with models, each of which must be what plait.lock says
  --warnings-as-errors        warnings fail too
  --allow CODE                not this warning or note (may be repeated)
  --quiet                     errors only

examples
  plait check graphs/inference_graph.graph
  plait check --with-models --format json graphs/*.graph
)";

Result<Compilation> CheckFile(const World& world, const Arguments& arguments, const std::string& path) {
  CompileOptions options;
  options.stop = Stop::Typed;
  if (arguments.Has("--with-models") || arguments.Has("--locked")) {
    options.stop = Stop::Plan;
    PLAIT_TRY(options.machine, ChosenMachine(world, arguments));
    PLAIT_TRY(options.places, FindModelPlaces(*world.files, world.environment, arguments.GetAll("--models"), path));
    options.strict = arguments.Has("--strict");
    options.locked = arguments.Has("--locked");
  }
  return Compile(*world.files, path, options);
}

int RunCheck(const World& world, const Arguments& arguments) {
  std::optional<DiagnosticFormat> format = DiagnosticFormatFromName(arguments.Get("--format", "human"));
  if (!format) {
    return UsageError("check", fmt::format("`--format` takes {}, not `{}`", DiagnosticFormatNames(), arguments.Get("--format")));
  }
  FilterChoice chosen = ChosenFilter(arguments);
  if (!chosen.fault.empty()) {
    return UsageError("check", chosen.fault);
  }
  chosen.filter.only_errors = arguments.Has("--quiet");
  if (arguments.positional.empty()) {
    return UsageError("check", "name a .graph file");
  }
  int exit_code = kFine;
  std::vector<Compilation> compilations;
  std::vector<std::vector<Diagnostic>> found;
  for (const std::string& path : arguments.positional) {
    Result<Compilation> compilation = CheckFile(world, arguments, path);
    if (!compilation.ok()) {
      exit_code = Fail(world, compilation.error());
      continue;
    }
    found.push_back(Filter(compilation->diagnostics.diagnostics(), chosen.filter));
    compilations.push_back(*std::move(compilation));
  }
  std::vector<Report> reports;
  for (size_t i = 0; i < compilations.size(); ++i) {
    reports.push_back({compilations[i].sources, found[i]});
    exit_code = HasErrors(found[i]) ? kFaults : exit_code;
  }
  Print(RenderDiagnostics(reports, {*format, world.colour_out, PLAIT_VERSION}));
  return exit_code;
}

}  // namespace

const Verb kCheckVerb = {"check", "find every mistake before a weight is loaded", kHelp, kOptions, RunCheck};

}  // namespace plait
