// The kernels for AVX-512 (F, BW, DQ, VL).
#if defined(__x86_64__)
#define PLAIT_FORM form_avx512

#include "runtime/kernels/forms.h"

#include "runtime/kernels/attention_loops.h"
#include "runtime/kernels/layer_norm_loops.h"
#include "runtime/kernels/linear_loops.h"

namespace plait {

extern const KernelForm kAvx512Form = {"avx512", PLAIT_FORM::LinearRange, PLAIT_FORM::AttentionRows, PLAIT_FORM::LayerNormRows};

}  // namespace plait

#endif
