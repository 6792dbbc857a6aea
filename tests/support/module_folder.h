// Imports for tests: the standard modules of this checkout, and files beside the importing one.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/file_system.h"
#include "compiler/sema/check.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"

namespace plait::testing {

/// Messages call a file by its path below `root`, and a standard module `stdlib/text.graph`.
class ModuleFolder : public sema::ModuleSource {
 public:
  ModuleFolder(SourceManager& sources, Sink& sink, const FileSystem& files, std::string root)
      : sources_(sources), sink_(sink), files_(files), root_(std::move(root)) {}

  /// The module that checking starts from, or one that another imports. Nothing where it cannot be read.
  const ast::Module* Load(const std::string& path) {
    if (auto known = modules_.find(path); known != modules_.end()) {
      return known->second.get();
    }
    Result<std::string> text = files_.ReadFile(JoinPath(root_, path));
    return text.ok() ? Parsed(path, *std::move(text)) : nullptr;
  }
  const ast::Module* LoadText(const std::string& path, std::string text) { return Parsed(path, std::move(text)); }

  const ast::Module* File(FileId importer, std::string_view path) override {
    return Load(JoinPath(ParentPath(sources_.Path(importer)), path));
  }

  const ast::Module* Standard(std::string_view name) override {
    std::vector<std::string> names = StandardNames();
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      return nullptr;
    }
    std::string path = "stdlib/" + std::string(name.substr(4)) + ".graph";
    if (auto known = modules_.find(path); known != modules_.end()) {
      return known->second.get();
    }
    return Parsed(path, *MakeRealFileSystem()->ReadFile(JoinPath(PLAIT_SOURCE_DIR, path)));
  }

  [[nodiscard]] std::vector<std::string> StandardNames() const override {
    return {"std.list", "std.math", "std.route", "std.text", "std.vote"};
  }

 private:
  const ast::Module* Parsed(const std::string& path, std::string text) {
    FileId file = sources_.Add(path, std::move(text));
    return (modules_[path] = std::make_unique<ast::Module>(Parse(sources_, Lex(sources_, file, sink_), sink_))).get();
  }

  SourceManager& sources_;
  Sink& sink_;
  const FileSystem& files_;
  std::string root_;
  std::map<std::string, std::unique_ptr<ast::Module>> modules_;
};

}  // namespace plait::testing
