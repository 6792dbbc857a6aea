// Every kernel of the form being compiled. Included by forms only.
#pragma once

#include <string_view>

#include "runtime/kernels/arg_max_loops.h"
#include "runtime/kernels/attention_loops.h"
#include "runtime/kernels/gated_product_loops.h"
#include "runtime/kernels/kernel_form.h"
#include "runtime/kernels/layer_norm_loops.h"
#include "runtime/kernels/linear_loops.h"
#include "runtime/kernels/rms_norm_loops.h"
#include "runtime/kernels/rotary_loops.h"
#include "runtime/kernels/screen_loops.h"
#include "runtime/kernels/softmax_loops.h"
#include "runtime/kernels/top_k_loops.h"

namespace plait::PLAIT_FORM {

constexpr KernelForm FormNamed(std::string_view name) {
  return {.name = name,
          .linear = LinearRange,
          .linear_group = LinearGroupOf,
          .screen = ScreenRow,
          .attention = AttentionRows,
          .layer_norm = LayerNormRows,
          .rms_norm = RmsNormRows,
          .rotary = RotaryRows,
          .gated_product = GatedProductRows,
          .softmax = SoftmaxRows,
          .arg_max = ArgMaxRows,
          .top_k = TopKRows};
}

}  // namespace plait::PLAIT_FORM
