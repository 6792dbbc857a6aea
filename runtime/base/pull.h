// What a pull of a stream's next piece runs on.
#pragma once

#include "compiler/base/value_stream.h"
#include "runtime/base/cancellation.h"
#include "runtime/base/thread_team.h"

namespace plait {

struct PullContext {
  ThreadTeam& team;
  const Cancellation& cancellation;
};

}  // namespace plait
