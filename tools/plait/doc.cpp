// plait doc
#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include <fmt/format.h>

#include "compiler/base/nearest.h"
#include "compiler/base/output_file.h"
#include "compiler/document/document.h"
#include "compiler/driver/standard_library.h"
#include "tools/plait/parsed_text.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

namespace fs = std::filesystem;

constexpr OptionSpec kOptions[] = {{"--format", true, ""}, {"--output", true, ""}, {"-o", true, "--output"}};

constexpr std::string_view kHelp = R"(plait doc FILE|std.NAME... [options]

Shows what a module declares and what its comments say of it: constants, records, enums, tasks, functions, services with
their apis, templates, and the names of tests. The comment at the top of the file speaks of the module, `///` before a
declaration, field, member or method of that. std.text, std.list, ... are the modules of the standard library.

  --format FORMAT    markdown or html; html is one page that needs no other file. Without it, what -o ends with, or markdown
  -o FILE|FOLDER     write a file instead of standard output; into a folder (it exists, or the name ends with /) one file a
                     module, named after it

examples
  plait doc std.text
  plait doc graphs/cascade.graph --format html -o cascade.html
)";

enum class DocFormat { Markdown, Html };

std::optional<DocFormat> ChosenFormat(const Arguments& arguments) {
  if (!arguments.Has("--format")) {
    return arguments.Get("--output").ends_with(".html") ? DocFormat::Html : DocFormat::Markdown;
  }
  std::string name = arguments.Get("--format");
  return name == "markdown" ? std::optional(DocFormat::Markdown) : name == "html" ? std::optional(DocFormat::Html) : std::nullopt;
}

bool IsStandardName(std::string_view name) { return name.starts_with("std.") && !name.ends_with(".graph"); }

/// What messages call a module, and its text.
struct NamedText {
  std::string path;
  std::string text;
};

Result<NamedText> ReadModule(const World& world, const std::string& name) {
  if (!IsStandardName(name)) {
    Result<std::string> text = world.files->ReadFile(name);
    return text.ok() ? Result<NamedText>(NamedText{name, *std::move(text)}) : Result<NamedText>(text.error());
  }
  std::vector<std::string> names;
  for (const StandardModule& module : StandardModules()) {
    if (module.name == name) {
      return NamedText{std::string(module.path), std::string(module.text)};
    }
    names.emplace_back(module.name);
  }
  std::optional<std::string> nearest = Nearest(name, names);
  return Error{FailureKind::FileNotFound,
               fmt::format("the standard library has no module `{}`{}", name, nearest ? fmt::format("; did you mean `{}`?", *nearest) : ""),
               "",
               {{"modules", fmt::format("{}", fmt::join(names, ", "))}}};
}

/// The documentation of one module; nothing where it cannot be made, and why has been printed.
std::optional<std::string> Documentation(const World& world, const std::string& name, DocFormat format) {
  Result<NamedText> source = ReadModule(world, name);
  if (!source.ok()) {
    Fail(world, source.error());
    return std::nullopt;
  }
  std::optional<ParsedText> parsed = ParseText(world, source->path, std::move(source->text));
  if (!parsed) {
    return std::nullopt;
  }
  std::string title = IsStandardName(name) ? name : fs::path(name).filename().string();
  document::ModuleDocument documented = document::Describe(parsed->sources, parsed->tokens, parsed->module, std::move(title));
  return format == DocFormat::Html ? document::ToHtml(documented) : document::ToMarkdown(documented);
}

/// The file of a module in the folder that was asked for.
std::string FileNameOf(const std::string& name, DocFormat format) {
  std::string stem = IsStandardName(name) ? name : fs::path(name).stem().string();
  return stem + (format == DocFormat::Html ? ".html" : ".md");
}

int Write(const World& world, const std::string& path, const std::string& text) {
  Result<void> written = WriteFileWhole(path, text);
  return written.ok() ? kFine : Fail(world, written.error());
}

int WriteFolder(const World& world, const std::vector<std::string>& names, const std::string& folder, DocFormat format) {
  std::set<std::string> taken;
  for (const std::string& name : names) {
    if (!taken.insert(FileNameOf(name, format)).second) {
      return UsageError("doc", fmt::format("two modules would be written to `{}`; take a folder for each", FileNameOf(name, format)));
    }
  }
  std::error_code failure;
  fs::create_directories(folder, failure);
  int exit_code = kFine;
  for (const std::string& name : names) {
    std::optional<std::string> text = Documentation(world, name, format);
    int written = text ? Write(world, (fs::path(folder) / FileNameOf(name, format)).string(), *text) : kFaults;
    exit_code = std::max(exit_code, written);
  }
  return exit_code;
}

int PrintAll(const World& world, const std::vector<std::string>& names, DocFormat format) {
  int exit_code = kFine;
  bool is_first = true;
  for (const std::string& name : names) {
    if (std::optional<std::string> text = Documentation(world, name, format)) {
      Print((is_first ? "" : "\n") + *text);
      is_first = false;
    } else {
      exit_code = kFaults;
    }
  }
  return exit_code;
}

int RunDoc(const World& world, const Arguments& arguments) {
  const std::vector<std::string>& names = arguments.positional;
  if (names.empty()) {
    return UsageError("doc", "name .graph files, or modules of the standard library such as std.text");
  }
  std::optional<DocFormat> format = ChosenFormat(arguments);
  if (!format) {
    return UsageError("doc", fmt::format("--format is markdown or html, not `{}`", arguments.Get("--format")));
  }
  std::string output = arguments.Get("--output");
  if (output.ends_with('/') || world.files->IsDirectory(output)) {
    return WriteFolder(world, names, output, *format);
  }
  if (names.size() > 1 && (!output.empty() || *format == DocFormat::Html)) {
    return UsageError("doc", "several modules go into a folder: -o FOLDER/");
  }
  if (output.empty()) {
    return PrintAll(world, names, *format);
  }
  std::optional<std::string> text = Documentation(world, names[0], *format);
  return text ? Write(world, output, *text) : kFaults;
}

}  // namespace

const Verb kDocVerb = {"doc", "show a module's documentation", kHelp, kOptions, RunDoc};

}  // namespace plait
