// plait explain
#include "compiler/diagnostics/explain.h"

#include <fmt/format.h>

#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {{"--list", false, ""}};

constexpr std::string_view kHelp = R"(plait explain CODE [--list]

Tells what the code in brackets after a diagnostic or an error means, with a wrong and a right example.

  --list   every code there is

examples
  plait explain unknown-argument
  plait explain --list
)";

int RunExplain(const World& /*world*/, const Arguments& arguments) {
  if (arguments.Has("--list")) {
    for (std::string_view code : ExplainedCodes()) {
      Print(fmt::format("{}\n", code));
    }
    return kFine;
  }
  if (arguments.positional.size() != 1) {
    return UsageError("explain", "name one code, or give --list");
  }
  const std::string& code = arguments.positional[0];
  if (std::optional<Explanation> explanation = Explain(code)) {
    Print(explanation->page);
    return kFine;
  }
  std::optional<std::string_view> nearest = NearestCode(code);
  return UsageError("explain", fmt::format("there is no code `{}`{}", code, nearest ? fmt::format("; did you mean `{}`?", *nearest) : ""));
}

}  // namespace

const Verb kExplainVerb = {"explain", "what a code means", kHelp, kOptions, RunExplain};

}  // namespace plait
