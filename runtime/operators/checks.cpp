// What the operators demand of shapes.
#include <c10/util/Exception.h>

#include "runtime/operators/plain_operators.h"

namespace plait::plain {

void CheckLinear(const at::Tensor& x, const at::Tensor& panels, const at::Tensor& scales, int64_t out_features,
                 const std::optional<at::Tensor>& bias, const std::optional<at::Tensor>& residual) {
  TORCH_CHECK(panels.dim() == 3 && panels.size(2) == 64 && out_features >= 0 && panels.size(0) == (out_features + 63) / 64,
              "plait::linear: panels of ", out_features, " outputs are [", (out_features + 63) / 64,
              ", in, 64] as pack_linear makes them, not ", panels.sizes());
  TORCH_CHECK(panels.scalar_type() != at::kChar || (scales.dim() == 2 && scales.size(0) == panels.size(0) && scales.size(1) == 64),
              "plait::linear: int8 panels need their scales [", panels.size(0), ", 64], not ", scales.sizes());
  TORCH_CHECK(x.dim() >= 1 && x.size(-1) == panels.size(1), "plait::linear: x [..., ", panels.size(1), "] is wanted, not ", x.sizes());
  TORCH_CHECK(!bias || (bias->dim() == 1 && bias->size(0) == out_features), "plait::linear: a bias [", out_features, "] is wanted, not ",
              bias->sizes());
  if (residual) {
    auto sizes = x.sizes().vec();
    sizes.back() = out_features;
    TORCH_CHECK(residual->sizes() == at::IntArrayRef(sizes), "plait::linear: a residual ", at::IntArrayRef(sizes), " is wanted, not ",
                residual->sizes());
  }
}

void CheckAttention(const at::Tensor& query, const at::Tensor& key, const at::Tensor& value, bool causal) {
  TORCH_CHECK(
      query.dim() == 4 && key.dim() == 4 && value.sizes() == key.sizes() && key.size(0) == query.size(0) && key.size(3) == query.size(3),
      "plait::attention: query [batch, heads, rows, size] and key and value [batch, key heads, positions, size] are wanted, not ",
      query.sizes(), ", ", key.sizes(), " and ", value.sizes());
  TORCH_CHECK(key.size(1) > 0 && query.size(1) % key.size(1) == 0, "plait::attention: ", query.size(1), " heads cannot share ", key.size(1),
              " key heads evenly");
  TORCH_CHECK(!causal || query.size(2) <= key.size(2), "plait::attention: causal rows are the last of the positions, but there are ",
              query.size(2), " rows and ", key.size(2), " positions");
}

void CheckWidth(const char* name, const at::Tensor& x, const at::Tensor& tensor) {
  TORCH_CHECK(x.dim() >= 1 && tensor.dim() == 1 && tensor.size(0) == x.size(-1), name,
              ": weights [width] of x [..., width] are wanted, not ", tensor.sizes(), " of ", x.sizes());
}

void CheckRotary(const at::Tensor& x, const at::Tensor& positions, const at::Tensor& cosines, const at::Tensor& sines) {
  TORCH_CHECK(x.dim() == 3 && positions.dim() == 1 && positions.size(0) == x.size(0) && positions.scalar_type() == at::kLong,
              "plait::rotary: x [rows, heads, size] and int64 positions [rows] are wanted, not ", x.sizes(), " and ",
              positions.scalar_type(), " ", positions.sizes());
  TORCH_CHECK(cosines.dim() == 2 && sines.sizes() == cosines.sizes() && 2 * cosines.size(1) <= x.size(2),
              "plait::rotary: tables [positions, pairs] with at most ", x.size(2) / 2, " pairs are wanted, not ", cosines.sizes(), " and ",
              sines.sizes());
}

void CheckPairs(const at::Tensor& x) {
  TORCH_CHECK(x.dim() >= 1 && x.size(-1) % 2 == 0, "plait::silu_mul: a last dimension of two equal halves is wanted, not ", x.sizes());
}

void CheckChoice(const at::Tensor& x, int64_t k) {
  TORCH_CHECK(x.dim() >= 1 && k >= 0 && k <= x.size(-1), "plait: ", k, " of the last dimension cannot be chosen from ", x.sizes());
}

}  // namespace plait::plain
