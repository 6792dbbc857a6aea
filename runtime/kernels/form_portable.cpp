// The kernels for any processor.
#define PLAIT_FORM form_portable
#define PLAIT_FORM_IS_PORTABLE

#include "runtime/kernels/form_loops.h"
#include "runtime/kernels/forms.h"

namespace plait {

extern const KernelForm kPortableForm = PLAIT_FORM::FormNamed("portable");

}  // namespace plait
