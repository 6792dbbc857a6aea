// The kernels for any processor.
#define PLAIT_FORM form_portable

#include "runtime/kernels/forms.h"

#include "runtime/kernels/attention_loops.h"
#include "runtime/kernels/layer_norm_loops.h"
#include "runtime/kernels/linear_loops.h"

namespace plait {

extern const KernelForm kPortableForm = {"portable", PLAIT_FORM::LinearRange, PLAIT_FORM::AttentionRows, PLAIT_FORM::LayerNormRows};

}  // namespace plait
