// The kernels for AArch64, every one of which has NEON.
#if defined(__aarch64__)
#define PLAIT_FORM form_neon

#include "runtime/kernels/form_loops.h"
#include "runtime/kernels/forms.h"

namespace plait {

extern const KernelForm kNeonForm = PLAIT_FORM::FormNamed("neon");

}  // namespace plait

#endif
