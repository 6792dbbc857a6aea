// What a pull of a stream's next piece runs on.
#pragma once

#include <llvm/ADT/STLFunctionalExtras.h>

#include "compiler/base/value_stream.h"
#include "runtime/base/cancellation.h"
#include "runtime/base/thread_team.h"

namespace plait {

struct PullContext {
  ThreadTeam& team;
  const Cancellation& cancellation;
};

/// Reads a stream to its end and closes it. Ends sooner with what the stream, the cancellation or `take` fails with.
Result<void> Drain(ValueStream& stream, const PullContext& context, llvm::function_ref<Result<void>(Value piece)> take);

}  // namespace plait
