// Blocks of settings: which keys there are, and values with their units.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/sema/names.h"

namespace plait::sema {

/// `resources { … }` or `traffic { … }` into the service. `scale` is not run by this version.
void ResolveSettings(Program& program, ServiceId service, const ast::Settings& settings, const Span& span);

/// The entries with known keys, each key once; `noun` says what a key is called: setting, option. Reports the others.
std::vector<const ast::ConfigEntry*> KnownEntries(Program& program, const ast::Config& config, std::string_view block,
                                                  std::string_view noun, const std::vector<std::string>& known);

}  // namespace plait::sema
