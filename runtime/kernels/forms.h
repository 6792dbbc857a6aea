// Every form there is; which of them a build holds depends on the processor it is for.
#pragma once

#include "runtime/kernels/kernel_form.h"

namespace plait {

#if defined(__x86_64__)
extern const KernelForm kAvx512Form;
extern const KernelForm kAvx2Form;
#elif defined(__aarch64__)
extern const KernelForm kNeonForm;
#endif
extern const KernelForm kPortableForm;

}  // namespace plait
