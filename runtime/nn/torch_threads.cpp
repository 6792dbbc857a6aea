#include "runtime/nn/torch_threads.h"

#include <ATen/Parallel.h>

namespace plait {

void UseOneTorchThread() { at::set_num_threads(1); }

}  // namespace plait
