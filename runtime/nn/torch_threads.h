// LibTorch's own threads, which stay out of the way of the thread teams.
#pragma once

namespace plait {

/// Makes LibTorch compute on the calling thread alone. Called once on every thread of a pool, before its first operation: LibTorch keeps
/// the setting per thread.
void UseOneTorchThread();

}  // namespace plait
