// The kernels for AVX-512 (F, BW, DQ, VL).
#if defined(__x86_64__)
#define PLAIT_FORM form_avx512

#include "runtime/kernels/form_loops.h"
#include "runtime/kernels/forms.h"

namespace plait {

extern const KernelForm kAvx512Form = PLAIT_FORM::FormNamed("avx512");

}  // namespace plait

#endif
