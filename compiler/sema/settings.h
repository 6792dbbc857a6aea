// Blocks of settings: which keys there are, and values with their units.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/sema/names.h"

namespace plait::sema {

/// `resources { … }`, `traffic { … }` or `scale { … }` into the service.
void ResolveSettings(Program& program, ServiceId service, const ast::Settings& settings, const Span& span);

/// What a place for a size or a duration says in messages.
struct AmountWanted {
  ast::UnitKind kind = ast::UnitKind::Duration;
  /// What wants it: `timeout`.
  std::string_view key;
  /// The unit that a plain number was probably meant in.
  std::string_view unit;
  /// "20s"
  std::string_view example;
  bool may_be_nothing = false;
};

/// Bytes or milliseconds. Nothing after a report, or where the parser has said what is wrong.
std::optional<int64_t> ReadAmount(Program& program, const ast::Expr& expr, const AmountWanted& wanted);

/// The entries with known keys, each key once; `noun` says what a key is called: setting, option. Reports the others.
std::vector<const ast::ConfigEntry*> KnownEntries(Program& program, const ast::Config& config, std::string_view block,
                                                  std::string_view noun, const std::vector<std::string>& known);

}  // namespace plait::sema
