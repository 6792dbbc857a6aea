// Tree to typed module: names, types, arguments, and what the source alone can tell of sense.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/typed_module.h"
#include "compiler/syntax/ast.h"

namespace plait::sema {

/// Finds and parses the modules that a file imports. Each module is parsed once and lives as long as the source of modules.
class ModuleSource {
 public:
  virtual ~ModuleSource() = default;
  /// `std.text` as "std.text". Nothing where there is no such standard module.
  virtual const ast::Module* Standard(std::string_view name) = 0;
  /// A file named in the text of `importer`, relative to its folder. Nothing where it cannot be read.
  virtual const ast::Module* File(FileId importer, std::string_view path) = 0;
  /// For "did you mean".
  [[nodiscard]] virtual std::vector<std::string> StandardNames() const = 0;
};

/// Checks the module and what it imports. Reports every fault once; types of faulty parts are `Error` and silence what follows.
TypedModule Check(const ast::Module& module, ModuleSource& modules, Sink& sink);

}  // namespace plait::sema
