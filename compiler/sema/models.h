// Model references: their task, source and options.
#pragma once

#include "compiler/sema/program.h"

namespace plait::sema {

/// Fills the model's task, source, location, revision and options. After a fault the task may be missing.
void ResolveModel(Program& program, ModelId model);

}  // namespace plait::sema
