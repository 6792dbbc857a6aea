// The kernels as LibTorch operators, `torch.ops.plait.…` to Python and TorchScript, for models that are compiled code.
//
//   pack_linear(Tensor weight, str format="fp32") -> (Tensor panels, Tensor scales)
//   linear(Tensor x, Tensor panels, Tensor scales, int out_features, Tensor? bias=None, str activation="none",
//          Tensor? residual=None) -> Tensor
//   attention(Tensor query, Tensor key, Tensor value, bool causal=False, float? scale=None) -> Tensor
//   layer_norm(Tensor x, Tensor weight, Tensor bias, float eps=1e-5) -> Tensor
//   rms_norm(Tensor x, Tensor weight, float eps=1e-6) -> Tensor
//   rotary(Tensor x, Tensor positions, Tensor cosines, Tensor sines, bool neighbours=False) -> Tensor
//   silu_mul(Tensor x) -> Tensor
//   softmax(Tensor x) -> Tensor
//   argmax(Tensor x) -> (Tensor indices, Tensor all_finite)
//   topk(Tensor x, int k) -> (Tensor values, Tensor indices)
//
// Tensors of floats on a CPU go through the kernels, on the calling thread alone; every other type and device goes through what
// plain_operators.h says, in LibTorch's own operators. Neither has gradients.
#pragma once

namespace plait {

/// Makes the operators known to LibTorch: whoever loads compiled code calls this before, so that the linker keeps them.
void UseOperators();

}  // namespace plait
