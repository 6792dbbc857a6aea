// The checks of sense, one a function. Each needs checked bodies.
#pragma once

#include <string>

#include "compiler/sema/program.h"

namespace plait::sema {

/// Imports, models and edges that nothing uses. Values and parameters are reported where their scopes end.
void LintUnused(Program& program);
/// Resources without a model, timeouts that a callee may exceed.
void LintServices(Program& program);
// `calls_model` says for each function whether it calls a model, itself or through others.

/// `independent-steps`: a value that looks like a first step, but that no later call waits for.
void LintSteps(Program& program, const Function& function, const std::vector<bool>& calls_model);
/// `batched-loop` and `same-sample`.
void LintLoops(Program& program, const Function& function, const std::vector<bool>& calls_model);

/// `retry-fanout`, `retry-no-effect`, and `deadline-impossible` for a guard whose tries take longer than the service lets them.
void LintGuards(Program& program);

/// `deadline-impossible` for calls that wait for each other and together take longer than the service lets them. Needs a program without
/// errors, as LintTests does.
void LintDeadlines(Program& program);
/// `given-unused`: what no call of its test reaches.
void LintTests(Program& program);

/// Milliseconds as a source writes them: "20s", "150ms".
std::string Duration(int64_t milliseconds);

}  // namespace plait::sema
