// Finding what a name stands for, and saying so when it stands for nothing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "compiler/sema/program.h"

namespace plait::sema {

/// Where an expression or a type stands.
struct Surroundings {
  ModuleId module;
  std::optional<ServiceId> service;
};

/// "a record", "a service"
std::string_view KindName(SymbolKind kind);

/// A name of the service around, else of the module around.
const Symbol* FindName(const Program& program, const Surroundings& around, Space space, std::string_view name);

/// A symbol, and the module whose imports or services its index means.
struct FoundSymbol {
  Symbol symbol;
  ModuleId module;
};

/// `Name` or `module.Name` as a name of `space`, or of another space where it has none there: the caller says what it is instead.
/// Reports `unknown-name`; counts a use of the import.
std::optional<FoundSymbol> ResolvePath(Program& program, const Surroundings& around, const ast::Path& path, Space space);

/// The module that the name was imported as, and counts a use. Nothing where it is no imported module.
std::optional<ModuleId> UseModule(Program& program, ModuleId importer, const Symbol& symbol);

/// Reports that nothing declares `word`, with the nearest name of any space, also among `locals`. Stays silent where nothing is near
/// and some of the text did not parse: the declaration may stand there. Gives the nearest name.
std::optional<std::string> ReportUnknownName(Program& program, const Surroundings& around, const ast::Word& word,
                                             std::span<const std::string> locals = {});
void ReportUnknownMember(Program& program, ModuleId module, const std::string& alias, const ast::Word& word);

}  // namespace plait::sema
