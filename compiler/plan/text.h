// The plan as TOML, and back.
#pragma once

#include <string>
#include <string_view>

#include "compiler/base/result.h"
#include "compiler/plan/plan.h"

namespace plait::plan {

/// Canonical: equal plans give equal bytes; no timestamps, no absolute paths.
std::string Write(const Plan& plan);

/// Strict: unknown keys, dangling ids, two writers of a value, a read before its write, stages that form no tree, threads beyond the
/// machine's cores, negative sizes are refused with `plan-invalid` and the place; another format version with `plan-version`. `name` is
/// what messages call the file.
Result<Plan> Read(std::string_view text, std::string_view name);

/// Whether the text looks like a plan at all (and not like a source file).
bool LooksLikePlan(std::string_view text);

/// The first inconsistency of a plan in words, with the entry and stage; empty where there is none. `Read` asks it; so do the planner's
/// tests.
std::string Verify(const Plan& plan);

}  // namespace plait::plan
