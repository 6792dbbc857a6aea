// Blocks of settings: which keys there are, and values with their units.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/sema/names.h"

namespace plait::sema {

/// `resources { … }` or `traffic { … }` into the service. `scale` is not run by this version.
void ResolveSettings(Program& program, ServiceId service, const ast::Settings& settings, const Span& span);

/// Whether the key is one of `known`; else `unknown-option` with the nearest.
bool CheckKey(Program& program, const ast::Word& key, std::string_view block, const std::vector<std::string>& known);
/// The entries with keys that stand there once and are known.
std::vector<const ast::ConfigEntry*> KnownEntries(Program& program, const ast::Config& config, std::string_view block,
                                                  const std::vector<std::string>& known);

}  // namespace plait::sema
