#include "runtime/kernels/linear.h"

#include "runtime/kernels/kernel_form.h"

namespace plait {

void Linear(const KernelForm& form, const LinearArgs& args, ThreadTeam& team) {
  team.ParallelFor(LinearPieces(args), 1, [&](int64_t begin, int64_t end) { form.linear(args, begin, end); });
}

}  // namespace plait
