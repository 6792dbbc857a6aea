// Forms give the same bits, here and on processors of other kinds: the digests of what they give are pinned. What multiplies and adds is
// the same in those that fuse both, and what only compares in all.
#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "panels.h"
#include "runtime/kernels/kernel_form.h"

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

constexpr int64_t kDepth = 300;
constexpr int64_t kColumns = 77;

Panels PlainPanels(WeightFormat format) { return MakePanels(PlainFloats(kDepth * kColumns, 1), kDepth, kColumns, format); }

uint64_t LinearDigest(const KernelForm& form, WeightFormat format) {
  const Panels panels = PlainPanels(format);
  const std::vector<float> bias = PlainFloats(kColumns, 2);
  uint64_t digest = DigestOf({});
  for (int64_t rows : {1, 2, 3, 4, 5, 6, 50}) {
    const std::vector<float> x = PlainFloats(rows * kDepth, static_cast<uint32_t>(rows));
    for (Activation activation :
         {Activation::None, Activation::GeluTanh, Activation::GeluErf, Activation::Relu, Activation::Tanh, Activation::Silu}) {
      std::vector<float> y(static_cast<size_t>(rows * kColumns));
      LinearArgs args = ArgsOf(panels, x.data(), rows, y.data());
      args.bias = bias.data();
      args.activation = activation;
      form.linear(args, 0, LinearPieces(args));
      digest = DigestOf(y, digest);
    }
  }
  return digest;
}

/// Of every second group of outputs, so that what the kernel leaves alone counts too.
uint64_t GroupsDigest(const KernelForm& form, WeightFormat format) {
  constexpr int64_t kRows = 3;
  const Panels panels = PlainPanels(format);
  const std::vector<float> x = PlainFloats(kRows * kDepth, 9);
  std::vector<float> y(static_cast<size_t>(kRows * kColumns), -1.0F);
  for (int64_t row = 0; row < kRows; ++row) {
    for (int64_t group = row % 2; group * kScreenGroup < kColumns; group += 2) {
      form.linear_group(ArgsOf(panels, x.data(), kRows, y.data()), row, group);
    }
  }
  return DigestOf(y);
}

/// Of the choices among scores, which round nothing.
uint64_t ChoiceDigest(const KernelForm& form) {
  constexpr int64_t kRows = 5;
  constexpr int64_t kWidth = 2113;
  constexpr int64_t kMost = 40;
  // As few values as make many of them equal.
  std::vector<float> x = PlainFloats(kRows * kWidth, 10);
  for (float& value : x) {
    value = std::floor(value * 256.0F);
  }
  std::vector<ArgMaxResult> largest(kRows);
  form.arg_max({.x = x.data(), .x_stride = kWidth, .rows = kRows, .width = kWidth, .results = largest.data()}, 0, kRows);
  std::vector<TopKEntry> entries(kRows * kMost);
  form.top_k({.x = x.data(), .x_stride = kWidth, .rows = kRows, .width = kWidth, .k = kMost, .entries = entries.data()}, 0, kRows);
  std::vector<float> chosen;
  for (const ArgMaxResult& result : largest) {
    chosen.push_back(static_cast<float>(result.index));
    chosen.push_back(result.all_finite ? 1.0F : 0.0F);
  }
  for (const TopKEntry& entry : entries) {
    chosen.push_back(entry.value);
    chosen.push_back(static_cast<float>(entry.index));
  }
  return DigestOf(chosen);
}

/// Of the groups that are found with bounds from tight to useless.
uint64_t ScreenDigest(const KernelForm& form) {
  constexpr int64_t kScores = 3001;
  constexpr int64_t kMost = 150;
  const std::vector<float> scores = PlainFloats(kScores, 11);
  std::vector<float> scales = PlainFloats(kScores, 12);
  for (float& scale : scales) {
    scale = std::abs(scale);
  }
  std::vector<float> found;
  for (float slack : {0.0F, 0.001F, 0.01F, 0.1F, 0.25F, 1.0F}) {
    std::vector<int32_t> groups(kMost, -1);
    const int64_t count = form.screen({.scores = scores.data(),
                                       .scales = scales.data(),
                                       .columns = kScores,
                                       .slack = slack,
                                       .groups = groups.data(),
                                       .most_groups = kMost});
    found.push_back(static_cast<float>(count));
    for (int64_t i = 0; i < count; ++i) {
      found.push_back(static_cast<float>(groups[static_cast<size_t>(i)]));
    }
  }
  return DigestOf(found);
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
      CHECK(GroupsDigest(*form, WeightFormat::F32) == 0xc73ded0cff9febf4);
      CHECK(GroupsDigest(*form, WeightFormat::Bf16) == 0xe5ad480ff07033b5);
      CHECK(GroupsDigest(*form, WeightFormat::Int8) == 0xbfcc5238bdf9980f);
      CHECK(AttentionDigest(*form) == 0x75e24a185ca1a256);
      CHECK(RowsDigest(*form) == 0xc34e47119bd1e9fd);
    }
  }
}

TEST_CASE("what chooses among numbers without computing new ones is the same to the bit in every form") {
  for (const KernelForm* form : RunnableKernelForms()) {
    INFO(std::string(form->name));
    CHECK(ChoiceDigest(*form) == 0xc8c813cedae772a2);
    CHECK(ScreenDigest(*form) == 0xed097786dd698a5b);
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
