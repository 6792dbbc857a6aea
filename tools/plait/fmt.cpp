// plait fmt
#include <cstdio>

#include <algorithm>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

#include "compiler/base/output_file.h"
#include "compiler/format/format.h"
#include "compiler/format/unified_diff.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"
#include "tools/plait/parsed_text.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

namespace fs = std::filesystem;

constexpr OptionSpec kOptions[] = {{"--check", false, ""}, {"--diff", false, ""}};

constexpr std::string_view kHelp = R"(plait fmt FILE|FOLDER... [options]
plait fmt - [options] < FILE

Gives graphs their one form: two blanks of indentation, one line where it fits into 100 columns, else one item a line.
Writes the files in place and prints the path of each that changed; of a folder, all .graph files in it and below.
With - it reads standard input and writes standard output. What a graph means never changes, and no comment is lost.
A file with syntax errors stays as it is.

  --check    change nothing: list the files that would change, and exit with 1 if there are any
  --diff     change nothing: print what would change as a diff that `patch -p0` takes

examples
  plait fmt --check graphs
  plait fmt - < graphs/ensemble.graph
)";

std::string DumpTree(std::string text) {
  SourceManager sources;
  DiagnosticList diagnostics;
  FileId file = sources.Add("", std::move(text));
  ast::Module module = Parse(sources, Lex(sources, file, diagnostics), diagnostics);
  return module.has_errors ? "" : ast::Dump(module);
}

/// The text in its one form; nothing where it has faults, which are printed then.
std::optional<std::string> Formatted(const World& world, const std::string& name, const std::string& text) {
  std::optional<ParsedText> parsed = ParseText(world, name, text);
  if (!parsed) {
    return std::nullopt;
  }
  std::string formatted = Format(parsed->sources, parsed->tokens, parsed->module);
  // Sources are not at the mercy of a bug in the formatter.
  if (formatted != text && DumpTree(formatted) != ast::Dump(parsed->module)) {
    throw std::logic_error(fmt::format("formatting `{}` would change what it means; it was left as it is", name));
  }
  return formatted;
}

int FormatStandardInput(const World& world, const Arguments& arguments) {
  std::string text = ReadStandardInput();
  std::optional<std::string> formatted = Formatted(world, "<stdin>", text);
  if (!formatted) {
    return kFaults;
  }
  bool is_changed = *formatted != text;
  if (arguments.Has("--diff")) {
    Print(UnifiedDiff("<stdin>", text, *formatted));
  } else if (!arguments.Has("--check")) {
    Print(*formatted);
  } else if (is_changed) {
    Print("<stdin>\n");
  }
  return arguments.Has("--check") && is_changed ? kFaults : kFine;
}

int FormatFile(const World& world, const Arguments& arguments, const std::string& path) {
  Result<std::string> text = world.files->ReadFile(path);
  if (!text.ok()) {
    return Fail(world, text.error());
  }
  std::optional<std::string> formatted = Formatted(world, path, *text);
  if (!formatted) {
    return kFaults;
  }
  if (*formatted == *text) {
    return kFine;
  }
  if (arguments.Has("--diff")) {
    Print(UnifiedDiff(path, *text, *formatted));
  } else if (arguments.Has("--check")) {
    Print(path + "\n");
  } else if (Result<void> written = WriteFileWhole(path, *formatted); !written.ok()) {
    return Fail(world, written.error());
  } else {
    Print(path + "\n");
  }
  return arguments.Has("--check") ? kFaults : kFine;
}

/// The graphs in a folder and below in order of path. Hidden folders, and folders that links lead to, are not entered.
Result<std::vector<std::string>> GraphsBelow(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code failure;
  fs::recursive_directory_iterator entry(folder, failure);
  for (; !failure && entry != fs::recursive_directory_iterator(); entry.increment(failure)) {
    std::string name = entry->path().filename().string();
    std::error_code ignored;
    if (name.starts_with('.') && entry->is_directory(ignored)) {
      entry.disable_recursion_pending();
    } else if (name.ends_with(".graph") && entry->is_regular_file(ignored)) {
      paths.push_back(entry->path().string());
    }
  }
  if (failure) {
    return Error{FailureKind::FileNotFound, fmt::format("cannot read the folder `{}`: {}", folder, failure.message()), "", {}};
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

int RunFmt(const World& world, const Arguments& arguments) {
  const std::vector<std::string>& named = arguments.positional;
  if (named.empty()) {
    return UsageError("fmt", "name .graph files or folders, or - for standard input");
  }
  if (std::find(named.begin(), named.end(), "-") != named.end()) {
    return named.size() == 1 ? FormatStandardInput(world, arguments) : UsageError("fmt", "- stands alone, without files");
  }
  int exit_code = kFine;
  std::set<std::string> seen;
  for (const std::string& name : named) {
    std::vector<std::string> paths = {name};
    if (world.files->IsDirectory(name)) {
      Result<std::vector<std::string>> found = GraphsBelow(name);
      if (!found.ok()) {
        exit_code = Fail(world, found.error());
        continue;
      }
      paths = *std::move(found);
    }
    for (const std::string& path : paths) {
      if (seen.insert(fs::path(path).lexically_normal().string()).second) {
        exit_code = std::max(exit_code, FormatFile(world, arguments, path));
      }
    }
  }
  return exit_code;
}

}  // namespace

const Verb kFmtVerb = {"fmt", "give graphs their one form", kHelp, kOptions, RunFmt};

}  // namespace plait
