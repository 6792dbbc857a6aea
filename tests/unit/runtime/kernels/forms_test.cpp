// Forms that fuse multiply and add give the same bits, here and on processors of other kinds: the digests of what they give are pinned.
#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "runtime/kernels/kernel_form.h"
#include "runtime/kernels/pack.h"

namespace plait {
namespace {

/// Numbers in [-2, 2) that no library's generator or rounding has a part in.
std::vector<float> PlainFloats(int64_t count, uint32_t seed) {
  std::vector<float> values;
  uint32_t state = seed * 2654435761U + 1;
  for (int64_t i = 0; i < count; ++i) {
    state = state * 1664525U + 1013904223U;
    values.push_back(static_cast<float>(static_cast<int32_t>(state >> 8) - (1 << 23)) * 0x1p-22F);
  }
  return values;
}

/// FNV-1a over the bits of floats.
uint64_t DigestOf(const std::vector<float>& values, uint64_t digest = 0xcbf29ce484222325) {
  for (float value : values) {
    uint32_t bits = 0;
    std::memcpy(&bits, &value, sizeof(bits));
    for (int shift = 0; shift < 32; shift += 8) {
      digest = (digest ^ (bits >> shift & 0xffU)) * 0x100000001b3;
    }
  }
  return digest;
}

bool IsFused(const KernelForm& form) { return form.name != "portable"; }

uint64_t LinearDigest(const KernelForm& form, WeightFormat format) {
  constexpr int64_t kDepth = 300;
  constexpr int64_t kColumns = 77;
  const std::vector<float> weight = PlainFloats(kDepth * kColumns, 1);
  const std::vector<float> bias = PlainFloats(kColumns, 2);
  const auto count = static_cast<size_t>(PanelCount(kColumns) * kDepth * kPanelColumns);
  std::vector<float> floats(count);
  PackDepthRows({reinterpret_cast<const std::byte*>(weight.data()), ElementType::F32, kDepth, kColumns}, 0, kDepth, 0, floats.data());
  std::vector<std::byte> panels(count * 4);
  std::vector<float> scales(static_cast<size_t>(PanelCount(kColumns) * kPanelColumns));
  EncodePanels(floats.data(), kDepth, PanelCount(kColumns), format, panels.data(), scales.data());
  uint64_t digest = DigestOf({});
  for (int64_t rows : {1, 2, 3, 4, 5, 6, 50}) {
    const std::vector<float> x = PlainFloats(rows * kDepth, static_cast<uint32_t>(rows));
    for (Activation activation :
         {Activation::None, Activation::GeluTanh, Activation::GeluErf, Activation::Relu, Activation::Tanh, Activation::Silu}) {
      std::vector<float> y(static_cast<size_t>(rows * kColumns));
      const LinearArgs args{.x = x.data(),
                            .x_stride = kDepth,
                            .rows = rows,
                            .weights = {format, panels.data(), scales.data()},
                            .depth = kDepth,
                            .columns = kColumns,
                            .bias = bias.data(),
                            .activation = activation,
                            .y = y.data(),
                            .y_stride = kColumns};
      form.linear(args, 0, LinearPieces(args));
      digest = DigestOf(y, digest);
    }
  }
  return digest;
}

uint64_t AttentionDigest(const KernelForm& form) {
  constexpr int64_t kSize = 40;
  constexpr int64_t kPositions = 150;
  const std::vector<float> queries = PlainFloats(kPositions * kSize, 3);
  const std::vector<float> keys = PlainFloats(kPositions * kSize, 4);
  const std::vector<float> values = PlainFloats(kPositions * kSize + kPanelColumns, 5);
  std::vector<float> panels(static_cast<size_t>(PanelCount(kPositions) * kSize * kPanelColumns));
  StoreKeys(keys.data(), kSize, kPositions, kSize, 0, panels.data(), kSize * kPanelColumns);
  std::vector<float> output(queries.size());
  form.attention({.queries = queries.data(),
                  .query_stride = kSize,
                  .rows = kPositions,
                  .key_panels = panels.data(),
                  .key_panel_stride = kSize * kPanelColumns,
                  .values = values.data(),
                  .value_stride = kSize,
                  .value_panel_stride = kSize * kPanelColumns,
                  .output = output.data(),
                  .output_stride = kSize,
                  .head_size = kSize,
                  .scale = 0.15625F,
                  .visible = 1,
                  .visible_step = 1});
  return DigestOf(output);
}

uint64_t RowsDigest(const KernelForm& form) {
  constexpr int64_t kRows = 6;
  constexpr int64_t kWidth = 154;
  const std::vector<float> x = PlainFloats(kRows * kWidth, 6);
  const std::vector<float> weight = PlainFloats(kWidth, 7);
  const std::vector<float> bias = PlainFloats(kWidth, 8);
  std::vector<float> y(x.size());
  form.layer_norm({x.data(), kWidth, kWidth, weight.data(), bias.data(), 1e-5F, y.data(), kWidth}, 0, kRows);
  uint64_t digest = DigestOf(y);
  form.rms_norm({x.data(), kWidth, kRows, kWidth, weight.data(), 1e-5F, y.data(), kWidth}, 0, kRows);
  digest = DigestOf(y, digest);
  form.softmax({x.data(), kWidth, kRows, kWidth, y.data(), kWidth}, 0, kRows);
  digest = DigestOf(y, digest);
  form.gated_product({x.data(), x.data() + kWidth / 2, kWidth, kRows, kWidth / 2, Activation::Silu, y.data(), kWidth}, 0, kRows);
  digest = DigestOf(y, digest);
  const std::vector<int64_t> positions = {0, 1, 2, 3, 4, 5};
  for (RotaryPairs pairs : {RotaryPairs::Halves, RotaryPairs::Neighbours}) {
    form.rotary({x.data(), kWidth, kRows, 2, kWidth / 2, 70, pairs, positions.data(), weight.data(), bias.data(), y.data(), kWidth}, 0, 1);
    digest = DigestOf(y, digest);
  }
  return digest;
}

TEST_CASE("what forms with a fused multiply-add give is the same to the bit on every processor") {
  for (const KernelForm* form : RunnableKernelForms()) {
    if (IsFused(*form)) {
      INFO(std::string(form->name));
      CHECK(LinearDigest(*form, WeightFormat::F32) == 0xafec3d9894ffd8dc);
      CHECK(LinearDigest(*form, WeightFormat::Bf16) == 0x47733c918455ab5b);
      CHECK(LinearDigest(*form, WeightFormat::Int8) == 0x1a3630a84c068b94);
      CHECK(AttentionDigest(*form) == 0x75e24a185ca1a256);
      CHECK(RowsDigest(*form) == 0xc34e47119bd1e9fd);
    }
  }
}

TEST_CASE("the last form runs everywhere, and is not the only one where the processor has vectors") {
  CHECK(RunnableKernelForms().back()->name == "portable");
#if defined(__aarch64__)
  CHECK(RunnableKernelForms().front()->name == "neon");
#endif
}

}  // namespace
}  // namespace plait
