#include "compiler/driver/module_loader.h"

#include <utility>

#include "compiler/driver/standard_library.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"

namespace plait {

const ast::Module* ModuleLoader::Parse(std::string path, std::string text) {
  bool is_too_large = text.size() > kMaxSourceBytes;
  FileId file = sources_.Add(path, is_too_large ? "" : std::move(text));
  if (is_too_large) {
    sink_.Report(MakeDiagnostic(DiagnosticKind::TooLarge, {file, 0, 0}, "the file has more than {} MiB, the most that a source may have",
                                kMaxSourceBytes >> 20)
                     .Fix("move declarations into a file of their own, and data into the request"));
  }
  TokenBuffer tokens = Lex(sources_, file, sink_);
  auto module = std::make_unique<ast::Module>(plait::Parse(sources_, tokens, sink_));
  return (modules_[std::move(path)] = std::move(module)).get();
}

Result<std::string> ReadSource(const FileSystem& files, const std::string& path) {
  // One byte more tells a file that is too large.
  return files.ReadPrefix(path, kMaxSourceBytes + 1);
}

const ast::Module* ModuleLoader::AddMain(const std::string& path, std::string text) { return Parse(path, std::move(text)); }

const ast::Module* ModuleLoader::Standard(std::string_view name) {
  for (const StandardModule& standard : StandardModules()) {
    if (standard.name == name) {
      auto known = modules_.find(standard.path);
      return known != modules_.end() ? known->second.get() : Parse(std::string(standard.path), std::string(standard.text));
    }
  }
  return nullptr;
}

const ast::Module* ModuleLoader::File(FileId importer, std::string_view path) {
  std::string full_path = JoinPath(ParentPath(sources_.Path(importer)), path);
  if (auto known = modules_.find(full_path); known != modules_.end()) {
    return known->second.get();
  }
  Result<std::string> text = ReadSource(files_, full_path);
  return text.ok() ? Parse(std::move(full_path), *std::move(text)) : nullptr;
}

std::vector<std::string> ModuleLoader::StandardNames() const {
  std::vector<std::string> names;
  for (const StandardModule& standard : StandardModules()) {
    names.emplace_back(standard.name);
  }
  return names;
}

}  // namespace plait
