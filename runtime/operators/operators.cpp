#include "runtime/operators/operators.h"

#include <torch/library.h>

#include "runtime/operators/kernel_operators.h"
#include "runtime/operators/plain_operators.h"

TORCH_LIBRARY(plait, library) {
  library.def("pack_linear(Tensor weight, str format=\"fp32\") -> (Tensor panels, Tensor scales)");
  library.def(
      "linear(Tensor x, Tensor panels, Tensor scales, int out_features, Tensor? bias=None, str activation=\"none\", Tensor? residual=None)"
      " -> Tensor");
  library.def("attention(Tensor query, Tensor key, Tensor value, bool causal=False, float? scale=None) -> Tensor");
  library.def("layer_norm(Tensor x, Tensor weight, Tensor bias, float eps=1e-5) -> Tensor");
  library.def("rms_norm(Tensor x, Tensor weight, float eps=1e-6) -> Tensor");
  library.def("rotary(Tensor x, Tensor positions, Tensor cosines, Tensor sines, bool neighbours=False) -> Tensor");
  library.def("silu_mul(Tensor x) -> Tensor");
  library.def("softmax(Tensor x) -> Tensor");
  library.def("argmax(Tensor x) -> (Tensor indices, Tensor all_finite)");
  library.def("topk(Tensor x, int k) -> (Tensor values, Tensor indices)");
}

TORCH_LIBRARY_IMPL(plait, CompositeExplicitAutograd, library) {
  library.impl("pack_linear", plait::plain::PackLinear);
  library.impl("linear", plait::plain::Linear);
  library.impl("attention", plait::plain::Attention);
  library.impl("layer_norm", plait::plain::LayerNorm);
  library.impl("rms_norm", plait::plain::RmsNorm);
  library.impl("rotary", plait::plain::Rotary);
  library.impl("silu_mul", plait::plain::SiluMul);
  library.impl("softmax", plait::plain::Softmax);
  library.impl("argmax", plait::plain::ArgMax);
  library.impl("topk", plait::plain::TopK);
}

// Packing happens once, so it has no kernel.
TORCH_LIBRARY_IMPL(plait, CPU, library) {
  library.impl("linear", plait::kernel::Linear);
  library.impl("attention", plait::kernel::Attention);
  library.impl("layer_norm", plait::kernel::LayerNorm);
  library.impl("rms_norm", plait::kernel::RmsNorm);
  library.impl("rotary", plait::kernel::Rotary);
  library.impl("silu_mul", plait::kernel::SiluMul);
  library.impl("softmax", plait::kernel::Softmax);
  library.impl("argmax", plait::kernel::ArgMax);
  library.impl("topk", plait::kernel::TopK);
}

namespace plait {

void UseOperators() {}

}  // namespace plait
