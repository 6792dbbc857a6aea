// The operators as a model calls them, through LibTorch's dispatcher: the kernels against what plain_operators.h says, over random shapes.
#include "runtime/operators/operators.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/InferenceMode.h>

#include "runtime/kernels/pack.h"
#include "runtime/operators/plain_operators.h"

namespace plait {
namespace {

/// One thread, as all that computes in the runtime has it: on several, LibTorch's tanh now and then gives other numbers when it is first
/// called.
void Prepare() {
  at::set_num_threads(1);
  UseOperators();
}

template <class... Arguments>
std::vector<c10::IValue> Call(const char* name, Arguments&&... arguments) {
  Prepare();
  torch::jit::Stack stack = {c10::IValue(std::forward<Arguments>(arguments))...};
  c10::Dispatcher::singleton().findSchemaOrThrow(name, "").callBoxed(&stack);
  return stack;
}

at::Tensor TensorOf(const char* name, const std::vector<c10::IValue>& arguments) {
  Prepare();
  torch::jit::Stack stack = arguments;
  c10::Dispatcher::singleton().findSchemaOrThrow(name, "").callBoxed(&stack);
  return stack.at(0).toTensor();
}

void CheckClose(const at::Tensor& got, const at::Tensor& expected, double tolerance = 2e-5) {
  REQUIRE((got.sizes() == expected.sizes()));
  REQUIRE((got.scalar_type() == expected.scalar_type()));
  CHECK(at::allclose(got, expected, tolerance, tolerance, /*equal_nan=*/true));
}

class Shapes {
 public:
  explicit Shapes(uint32_t seed) : random_(seed) { at::manual_seed(seed); }

  /// Around the sizes of vectors and panels as often as not.
  int64_t Size(int64_t most) {
    constexpr int64_t kEdges[] = {1, 2, 15, 16, 17, 63, 64, 65, 128, 130};
    const int64_t size = random_() % 2 == 0 ? kEdges[random_() % std::size(kEdges)] : static_cast<int64_t>(random_()) % most + 1;
    return std::min(size, most);
  }
  bool Maybe() { return random_() % 2 == 0; }

 private:
  std::mt19937 random_;
};

constexpr int kRounds = 60;

TEST_CASE("linear, over formats, activations and what is added") {
  c10::InferenceMode inference;
  Shapes shapes(1);
  for (int round = 0; round < kRounds; ++round) {
    const int64_t in = shapes.Size(300);
    const int64_t out = shapes.Size(300);
    const at::Tensor weight = at::randn({out, in}) / std::sqrt(static_cast<double>(in));
    const at::Tensor x = at::randn({shapes.Size(20), shapes.Size(5), in});
    const std::optional<at::Tensor> bias = shapes.Maybe() ? std::optional(at::randn({out})) : std::nullopt;
    const std::optional<at::Tensor> residual = shapes.Maybe() ? std::optional(at::randn({x.size(0), x.size(1), out})) : std::nullopt;
    for (const char* format : {"fp32", "bf16", "int8"}) {
      for (const char* activation : {"none", "gelu", "gelu_tanh", "quick_gelu", "relu", "tanh", "silu"}) {
        const std::vector<c10::IValue> packed = Call("plait::pack_linear", weight, format);
        const at::Tensor y = TensorOf("plait::linear", {x, packed[0], packed[1], out, bias, activation, residual});
        CAPTURE(format);
        CAPTURE(activation);
        CheckClose(y, plain::Linear(x, packed[0].toTensor(), packed[1].toTensor(), out, bias, activation, residual));
      }
    }
    const std::vector<c10::IValue> packed = Call("plait::pack_linear", weight, "fp32");
    CheckClose(TensorOf("plait::linear", {x, packed[0], packed[1], out, c10::IValue(), "none", c10::IValue()}), at::matmul(x, weight.t()));
  }
}

TEST_CASE("attention, over heads that share keys, and past positions") {
  c10::InferenceMode inference;
  Shapes shapes(2);
  for (int round = 0; round < kRounds; ++round) {
    const int64_t key_heads = shapes.Size(3);
    const int64_t heads = key_heads * shapes.Size(3);
    const int64_t batch = shapes.Size(2);
    const int64_t rows = shapes.Size(140);
    const int64_t positions = rows + shapes.Size(80) - 1;
    const int64_t size = shapes.Size(round == 0 ? 300 : 130);
    const at::Tensor query = at::randn({batch, heads, rows, size});
    // Not contiguous, as a split of one product is.
    const at::Tensor key = at::randn({batch, positions, key_heads, size}).transpose(1, 2);
    const at::Tensor value = at::randn({batch, positions, key_heads, size}).transpose(1, 2);
    for (bool causal : {false, true}) {
      const std::optional<double> scale = shapes.Maybe() ? std::optional(0.2) : std::nullopt;
      CheckClose(TensorOf("plait::attention", {query, key, value, causal, scale}), plain::Attention(query, key, value, causal, scale));
    }
  }
  const at::Tensor wide = at::randn({1, 1, 3, 400});
  CheckClose(TensorOf("plait::attention", {wide, wide, wide, true, c10::IValue()}), plain::Attention(wide, wide, wide, true, std::nullopt));
}

TEST_CASE("normalisations, soft-max and the gated product") {
  c10::InferenceMode inference;
  Shapes shapes(3);
  for (int round = 0; round < kRounds; ++round) {
    const int64_t width = shapes.Size(2000);
    const at::Tensor x = at::randn({shapes.Size(30), width}) * 3 + 1;
    const at::Tensor weight = at::randn({width});
    const at::Tensor bias = at::randn({width});
    CheckClose(TensorOf("plait::layer_norm", {x, weight, bias, 1e-5}), plain::LayerNorm(x, weight, bias, 1e-5));
    CheckClose(TensorOf("plait::rms_norm", {x, weight, 1e-6}), plain::RmsNorm(x, weight, 1e-6));
    CheckClose(TensorOf("plait::softmax", {x}), plain::Softmax(x));
    CheckClose(TensorOf("plait::softmax", {x.t()}), plain::Softmax(x.t()));
    const at::Tensor both = at::randn({2, shapes.Size(9), 2 * width}) * 5;
    CheckClose(TensorOf("plait::silu_mul", {both}), plain::SiluMul(both));
  }
}

TEST_CASE("rotary embedding") {
  c10::InferenceMode inference;
  Shapes shapes(4);
  for (int round = 0; round < kRounds; ++round) {
    const int64_t half = shapes.Size(64);
    const at::Tensor x = at::randn({shapes.Size(20), shapes.Size(4), 2 * half + (shapes.Maybe() ? shapes.Size(20) : 0)});
    const at::Tensor angles = at::rand({70, half}) * 6;
    const at::Tensor positions = at::randint(70, {x.size(0)}, at::kLong);
    for (bool neighbours : {false, true}) {
      CheckClose(TensorOf("plait::rotary", {x, positions, angles.cos(), angles.sin(), neighbours}),
                 plain::Rotary(x, positions, angles.cos(), angles.sin(), neighbours));
    }
  }
  const at::Tensor x = at::randn({2, 1, 4});
  const at::Tensor table = at::ones({3, 2});
  for (int64_t wrong : {-1, 3}) {
    CHECK_THROWS_AS(TensorOf("plait::rotary", {x, at::full({2}, wrong, at::kLong), table, table, false}), c10::Error);
  }
}

TEST_CASE("the kernels encode int8 as plain ATen packs it, weights that are not finite among them") {
  c10::InferenceMode inference;
  at::manual_seed(12);
  constexpr int64_t kIn = 9;
  constexpr int64_t kBroken = 66;
  for (double broken : {1.0, std::nan(""), -std::numeric_limits<double>::infinity()}) {
    at::Tensor weight = at::randn({70, kIn});
    weight[kBroken][3] = broken;
    const std::vector<c10::IValue> floats = Call("plait::pack_linear", weight, "fp32");
    const std::vector<c10::IValue> packed = Call("plait::pack_linear", weight, "int8");
    at::Tensor panels = at::empty_like(packed[0].toTensor());
    at::Tensor scales = at::empty_like(packed[1].toTensor());
    EncodePanels(floats[0].toTensor().const_data_ptr<float>(), kIn, 2, WeightFormat::Int8, static_cast<std::byte*>(panels.data_ptr()),
                 scales.data_ptr<float>());
    CheckClose(scales, packed[1].toTensor(), 0);
    const at::Tensor has_scale = at::isfinite(scales).unsqueeze(1);
    CHECK(at::equal(at::where(has_scale, panels, 0), at::where(has_scale, packed[0].toTensor(), 0)));
    // What is not finite is the outputs of that weight, and no other.
    const at::Tensor y = TensorOf("plait::linear", {at::randn({2, kIn}), panels, scales, 70, c10::IValue(), "none", c10::IValue()});
    const at::Tensor is_broken = at::arange(70).eq(kBroken).expand({2, 70});
    CHECK(at::equal(at::isfinite(y), std::isfinite(broken) ? at::ones({2, 70}, at::kBool) : is_broken.logical_not()));
  }
}

TEST_CASE("arg-max and top-k, with equal elements and what is not finite") {
  c10::InferenceMode inference;
  Shapes shapes(5);
  for (int round = 0; round < kRounds; ++round) {
    at::Tensor x = at::randint(-50, 50, {shapes.Size(6), shapes.Size(3), shapes.Size(3000)}, at::kFloat);
    if (shapes.Maybe()) {
      x = at::where(at::rand_like(x) < 0.001, at::full_like(x, shapes.Maybe() ? NAN : -INFINITY), x);
    }
    const std::vector<c10::IValue> found = Call("plait::argmax", x);
    const auto [index, all_finite] = plain::ArgMax(x);
    CHECK(at::equal(found[0].toTensor(), index));
    CHECK(at::equal(found[1].toTensor(), all_finite));
    const int64_t k = shapes.Size(x.size(-1));
    const std::vector<c10::IValue> top = Call("plait::topk", x, k);
    const auto [values, indices] = plain::TopK(x, k);
    CheckClose(top[0].toTensor(), values, 0);
    CHECK(at::equal(top[1].toTensor(), indices));
  }
}

TEST_CASE("what no kernel covers goes through LibTorch's own operators: other types, nothing at all, other devices") {
  c10::InferenceMode inference;
  const at::Tensor doubles = at::randn({3, 40}, at::kDouble);
  CheckClose(TensorOf("plait::softmax", {doubles}), at::softmax(doubles, -1), 1e-12);
  CheckClose(TensorOf("plait::rms_norm", {doubles, at::ones({40}, at::kDouble), 1e-6}),
             plain::RmsNorm(doubles, at::ones({40}, at::kDouble), 1e-6), 1e-12);
  CHECK((TensorOf("plait::silu_mul", {at::empty({0, 8})}).sizes() == at::IntArrayRef({0, 4})));
  CHECK((TensorOf("plait::softmax", {at::empty({2, 0})}).sizes() == at::IntArrayRef({2, 0})));
  CHECK((TensorOf("plait::topk", {at::randn({2, 5}), 0}).sizes() == at::IntArrayRef({2, 0})));
  const std::vector<c10::IValue> packed = Call("plait::pack_linear", at::empty({5, 0}), "int8");
  const at::Tensor y = TensorOf("plait::linear", {at::empty({3, 0}), packed[0], packed[1], 5, at::ones({5}), "none", c10::IValue()});
  CHECK(at::equal(y, at::ones({3, 5})));
  // A device without data shows that another device than a CPU finds its way.
  const at::Tensor shape = at::empty({4, 2, 8}, at::TensorOptions().device(at::kMeta));
  CHECK((TensorOf("plait::silu_mul", {shape}).sizes() == at::IntArrayRef({4, 2, 4})));
  CHECK((TensorOf("plait::argmax", {shape}).sizes() == at::IntArrayRef({4, 2})));
}

TEST_CASE("wrong shapes and names are refused with what is wanted") {
  c10::InferenceMode inference;
  const at::Tensor x = at::randn({3, 8});
  const std::vector<c10::IValue> packed = Call("plait::pack_linear", at::randn({5, 8}), "int8");
  const c10::IValue none;
  CHECK_THROWS_WITH_AS(TensorOf("plait::linear", {x, packed[0], packed[1], 70, none, "none", none}),
                       doctest::Contains("panels of 70 outputs are [2, in, 64]"), c10::Error);
  CHECK_THROWS_WITH_AS(TensorOf("plait::linear", {x, packed[0], at::empty({0}), 5, none, "none", none}),
                       doctest::Contains("need their scales"), c10::Error);
  CHECK_THROWS_WITH_AS(TensorOf("plait::linear", {x, packed[0], packed[1], 5, none, "elu", none}), doctest::Contains("not elu"),
                       c10::Error);
  CHECK_THROWS_WITH_AS(TensorOf("plait::linear", {at::randn({3, 9}), packed[0], packed[1], 5, none, "none", none}),
                       doctest::Contains("x [..., 8] is wanted"), c10::Error);
  CHECK_THROWS_AS(TensorOf("plait::linear", {x, packed[0], packed[1], 5, at::ones({4}), "none", none}), c10::Error);
  CHECK_THROWS_AS(TensorOf("plait::linear", {x, packed[0], packed[1], 5, none, "none", at::ones({3, 4})}), c10::Error);
  CHECK_THROWS_AS(Call("plait::pack_linear", x, "fp16"), c10::Error);
  CHECK_THROWS_AS(TensorOf("plait::layer_norm", {x, at::ones({7}), at::ones({8}), 1e-5}), c10::Error);
  CHECK_THROWS_AS(TensorOf("plait::silu_mul", {at::randn({3, 7})}), c10::Error);
  CHECK_THROWS_AS(Call("plait::topk", x, 9), c10::Error);
  const at::Tensor query = at::randn({1, 3, 4, 8});
  CHECK_THROWS_WITH_AS(TensorOf("plait::attention", {query, at::randn({1, 2, 4, 8}), at::randn({1, 2, 4, 8}), false, none}),
                       doctest::Contains("cannot share 2 key heads"), c10::Error);
  CHECK_THROWS_WITH_AS(TensorOf("plait::attention", {query, at::randn({1, 3, 2, 8}), at::randn({1, 3, 2, 8}), true, none}),
                       doctest::Contains("4 rows and 2 positions"), c10::Error);
}

}  // namespace
}  // namespace plait
