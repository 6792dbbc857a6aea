// The kernels for AVX2 and FMA.
#if defined(__x86_64__)
#define PLAIT_FORM form_avx2

#include "runtime/kernels/forms.h"

#include "runtime/kernels/attention_loops.h"
#include "runtime/kernels/layer_norm_loops.h"
#include "runtime/kernels/linear_loops.h"

namespace plait {

extern const KernelForm kAvx2Form = {"avx2", PLAIT_FORM::LinearRange, PLAIT_FORM::AttentionRows, PLAIT_FORM::LayerNormRows};

}  // namespace plait

#endif
