// Finds, reads and parses the modules that a source imports.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/file_system.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/check.h"

namespace plait {

/// Of one source file. Places in it are 32 bits wide, and no stage may take long for what nobody wrote.
inline constexpr size_t kMaxSourceBytes = size_t{16} << 20;

/// A source file; of one that is too large only the beginning, which `ModuleLoader` refuses.
Result<std::string> ReadSource(const FileSystem& files, const std::string& path);

/// Standard modules come from the program itself, others from `files`. All references outlive the loader.
class ModuleLoader : public sema::ModuleSource {
 public:
  ModuleLoader(const FileSystem& files, SourceManager& sources, Sink& sink) : files_(files), sources_(sources), sink_(sink) {}

  /// Adds and parses the main file. `path` is as the user gave it.
  const ast::Module* AddMain(const std::string& path, std::string text);

  const ast::Module* Standard(std::string_view name) override;
  const ast::Module* File(FileId importer, std::string_view path) override;
  [[nodiscard]] std::vector<std::string> StandardNames() const override;

 private:
  const ast::Module* Parse(std::string path, std::string text);

  const FileSystem& files_;
  SourceManager& sources_;
  Sink& sink_;
  /// By path.
  std::map<std::string, std::unique_ptr<ast::Module>, std::less<>> modules_;
};

}  // namespace plait
