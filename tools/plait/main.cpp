// The `plait` command: finds the verb and hands it its words.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "compiler/base/nearest.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr std::string_view kHelp = R"(Plait checks, plans and runs inference graphs: several models as one program.
usage: plait VERB FILE [options]

look at a graph
  check      find every mistake before a weight is loaded
  fmt        give files their one form
  test       run the tests that stand in it, without its models
  plan       show what runs beside what, on how many threads, and for how long
  dot        draw it, for Graphviz or Mermaid
  doc        its documentation, as Markdown or a page of HTML
  explain    what a diagnostic's code means, with a wrong and a right example

use it
  run        run one request and print the answer
  bench      time warm runs, in total and per step
  eval       tell what bf16 and int8 weights cost in quality, on a text of yours
  compile    write the plan to a file, or print any stage of the compilation
  lock       write down which files each model is, so that other machines can tell
  cache      list or remove the packed weights that run, bench and eval keep on disk
  profile    measure this machine, so that plans are fitted to it

plait VERB --help tells more. Exit codes: 0 fine, 1 faults were found, 2 wrong usage, 70 a bug in plait.
example
  plait run graphs/inference_graph.graph --input '{"original_sentence": "I have an idea!"}'
)";

const Verb* const kVerbs[] = {&kCheckVerb, &kFmtVerb,   &kTestVerb, &kPlanVerb,    &kDotVerb,  &kDocVerb,   &kExplainVerb,
                              &kRunVerb,   &kBenchVerb, &kEvalVerb, &kCompileVerb, &kLockVerb, &kCacheVerb, &kProfileVerb};

std::optional<std::string> ReadVariable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string ProgramFolder() {
  std::vector<char> buffer(4096);
  ssize_t length = ::readlink("/proc/self/exe", buffer.data(), buffer.size());
  return length <= 0 ? "." : ParentPath(std::string_view(buffer.data(), static_cast<size_t>(length)));
}

World MakeWorld() {
  World world;
  world.files = MakeRealFileSystem();
  world.environment = ReadVariable;
  world.program_folder = ProgramFolder();
  bool wants_colour = !ReadVariable("NO_COLOR") && ReadVariable("TERM").value_or("dumb") != "dumb";
  world.error_is_terminal = ::isatty(STDERR_FILENO) != 0;
  world.colour_out = wants_colour && ::isatty(STDOUT_FILENO) != 0;
  world.colour_err = wants_colour && world.error_is_terminal;
  return world;
}

int UnknownVerb(std::string_view word) {
  std::vector<std::string> names;
  for (const Verb* verb : kVerbs) {
    names.emplace_back(verb->name);
  }
  std::optional<std::string> nearest = Nearest(word, names);
  PrintError(fmt::format("plait: there is no verb `{}`{}\nsee: plait --help\n", word,
                         nearest ? fmt::format("; did you mean `{}`?", *nearest) : ""));
  return kUsage;
}

int Run(std::span<const std::string_view> words) {
  if (words.empty()) {
    PrintError(kHelp);
    return kUsage;
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    Print(kHelp);
    return kFine;
  }
  if (words[0] == "--version") {
    Print(fmt::format("plait {}\n", PLAIT_VERSION));
    return kFine;
  }
  auto verb = std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const Verb* candidate) { return candidate->name == words[0]; });
  if (verb == std::end(kVerbs)) {
    return UnknownVerb(words[0]);
  }
  std::span<const std::string_view> rest = words.subspan(1);
  if (std::any_of(rest.begin(), rest.end(), [](std::string_view word) { return word == "--help" || word == "-h"; })) {
    Print((*verb)->help);
    return kFine;
  }
  Arguments arguments = ParseArguments(rest, (*verb)->options);
  if (!arguments.error.empty()) {
    return UsageError((*verb)->name, arguments.error);
  }
  return (*verb)->run(MakeWorld(), arguments);
}

/// Ends the process without the destructors of LibTorch's statics, which take a tenth of a second to give back what the system takes back
/// anyway. Sanitizers look for leaks behind them.
int End(int exit_code) {
  if (std::ferror(stdout) != 0) {
    PrintError("plait: not all of the output could be written to standard output; is the disk full?\n");
    exit_code = kFaults;
  }
#ifdef PLAIT_SANITIZED
  return exit_code;
#else
  std::fflush(nullptr);
  std::_Exit(exit_code);
#endif
}

}  // namespace
}  // namespace plait

int main(int count, char** words) {
  std::vector<std::string_view> rest(words + 1, words + count);
  try {
    return plait::End(plait::Run(rest));
  } catch (const std::exception& exception) {
    std::fprintf(stderr, "plait: internal error: %s\nthis is a bug in plait; please report it with the file and the command that show it\n",
                 exception.what());
    return plait::kInternal;
  }
}
