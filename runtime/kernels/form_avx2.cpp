// The kernels for AVX2 and FMA.
#if defined(__x86_64__)
#define PLAIT_FORM form_avx2

#include "runtime/kernels/form_loops.h"
#include "runtime/kernels/forms.h"

namespace plait {

extern const KernelForm kAvx2Form = PLAIT_FORM::FormNamed("avx2");

}  // namespace plait

#endif
