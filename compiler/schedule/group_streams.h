// Who reads a stream runs together with who writes it.
#pragma once

#include "compiler/schedule/block.h"

namespace plait::schedule {

/// Puts items that are linked by streams into one item of kind Stream where what they make is read in this block: by one of them, or as the
/// block's result by the caller, where `replies`. Streams that leave the block otherwise are read where they are needed.
void GroupStreams(Block& block, bool replies);

}  // namespace plait::schedule
