#include "runtime/kernels/kernel_form.h"

#include "runtime/kernels/forms.h"

namespace plait {

std::span<const KernelForm* const> RunnableKernelForms() {
#if defined(__x86_64__)
  static constexpr const KernelForm* kForms[] = {&kAvx512Form, &kAvx2Form, &kPortableForm};
  std::span<const KernelForm* const> forms(kForms);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    return forms;
  }
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? forms.subspan(1) : forms.subspan(2);
#elif defined(__aarch64__)
  static constexpr const KernelForm* kForms[] = {&kNeonForm, &kPortableForm};
  return kForms;
#else
  static constexpr const KernelForm* kForms[] = {&kPortableForm};
  return kForms;
#endif
}

}  // namespace plait
