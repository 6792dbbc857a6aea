// GPT-2 and DistilGPT2 (Radford et al., "Language Models are Unsupervised Multitask Learners"): pre-norm blocks, learned positions.
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <llvm/ADT/STLFunctionalExtras.h>

#include "runtime/models/config_reader.h"
#include "runtime/models/families.h"
#include "runtime/nn/key_value_slab.h"
#include "runtime/nn/largest_output.h"
#include "runtime/nn/layer_norm.h"
#include "runtime/nn/linear_layer.h"
#include "runtime/nn/self_attention.h"
#include "runtime/nn/storage.h"

namespace plait {
namespace {

struct Gpt2Config {
  int64_t vocab_size = 0;
  int64_t max_positions = 0;
  int64_t hidden_size = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t inner_size = 0;
  Activation activation = Activation::GeluTanh;
  float epsilon = 0;
  bool scales_by_size = true;
  bool scales_by_layer = false;
  bool ties_embeddings = true;
};

Result<Gpt2Config> ReadConfig(const Checkpoint& checkpoint) {
  ConfigReader reader(checkpoint);
  Gpt2Config config;
  PLAIT_TRY(config.vocab_size, reader.Count("vocab_size", INT32_MAX));
  PLAIT_TRY(config.max_positions, reader.Count("n_positions", INT32_MAX, 1024));
  PLAIT_TRY(config.hidden_size, reader.Count("n_embd", 1 << 20));
  PLAIT_TRY(config.layers, reader.Count("n_layer", 10'000));
  PLAIT_TRY(config.heads, reader.Count("n_head", config.hidden_size));
  PLAIT_TRY(config.inner_size, reader.Count("n_inner", 1 << 24, 4 * config.hidden_size));
  PLAIT_TRY(config.activation, reader.ActivationOf("activation_function", "gelu_new"));
  PLAIT_TRY(double epsilon, reader.Number("layer_norm_epsilon", 1e-5));
  config.epsilon = static_cast<float>(epsilon);
  PLAIT_TRY(config.scales_by_size, reader.Bool("scale_attn_weights", true));
  PLAIT_TRY(config.scales_by_layer, reader.Bool("scale_attn_by_inverse_layer_idx", false));
  PLAIT_TRY(config.ties_embeddings, reader.Bool("tie_word_embeddings", true));
  PLAIT_TRY_VOID(reader.Refuse("add_cross_attention", false));
  if (config.hidden_size % config.heads != 0) {
    return reader.Invalid(fmt::format("`n_embd` {} is not a multiple of `n_head` {}", config.hidden_size, config.heads));
  }
  if (config.hidden_size / config.heads > kMaxHeadSize) {
    return reader.Unsupported(
        fmt::format("heads have {} features, the runtime has at most {}", config.hidden_size / config.heads, kMaxHeadSize));
  }
  return config;
}

struct Block {
  LayerNorm attention_norm;
  LinearLayer attention_in;  // queries, keys, values
  LinearLayer attention_out;
  LayerNorm inner_norm;
  LinearLayer inner_in;
  LinearLayer inner_out;
};

Result<Block> LoadBlock(WeightReader& reader, const std::string& name, const Gpt2Config& config) {
  const int64_t hidden = config.hidden_size;
  const int64_t inner = config.inner_size;
  auto load = [&](const char* part, int64_t in, int64_t out) {
    return LinearLayer::Load(reader, {.names = {name + part}, .in_features = in, .out_features = out, .order = WeightOrder::InOut});
  };
  PLAIT_TRY(LayerNorm attention_norm, LayerNorm::Load(reader, name + "ln_1", hidden, config.epsilon));
  PLAIT_TRY(LinearLayer attention_in, load("attn.c_attn", hidden, 3 * hidden));
  PLAIT_TRY(LinearLayer attention_out, load("attn.c_proj", hidden, hidden));
  PLAIT_TRY(LayerNorm inner_norm, LayerNorm::Load(reader, name + "ln_2", hidden, config.epsilon));
  PLAIT_TRY(LinearLayer inner_in, load("mlp.c_fc", hidden, inner));
  PLAIT_TRY(LinearLayer inner_out, load("mlp.c_proj", inner, hidden));
  return Block{std::move(attention_norm), std::move(attention_in), std::move(attention_out),
               std::move(inner_norm),     std::move(inner_in),     std::move(inner_out)};
}

/// The vocabulary projection, and the token embeddings where they are not the same weights.
struct Vocabulary {
  LinearLayer projection;
  std::optional<at::Tensor> embeddings;  // [vocab, hidden]
};

/// As transformers ties them: one tensor stands for both where only one is there or both are equal.
Result<Vocabulary> LoadVocabulary(WeightReader& reader, const std::string& prefix, const Gpt2Config& config) {
  const std::string embedding = prefix + "wte";
  const std::string head = "lm_head";
  const std::vector<int64_t> shape = {config.vocab_size, config.hidden_size};
  std::string projection = config.ties_embeddings ? embedding : head;
  bool apart = !config.ties_embeddings;
  if (config.ties_embeddings && reader.Has(head + ".weight")) {
    PLAIT_TRY(WeightReader::Source own, reader.Find(head + ".weight", shape));
    projection = head;
    if (reader.Has(embedding + ".weight")) {
      PLAIT_TRY(WeightReader::Source shared, reader.Find(embedding + ".weight", shape));
      apart = !std::ranges::equal(own.view.bytes, shared.view.bytes);
    }
  }
  std::optional<at::Tensor> embeddings;
  if (apart) {
    PLAIT_TRY(embeddings, reader.Read(embedding + ".weight", shape));
  }
  PLAIT_TRY(LinearLayer layer,
            LinearLayer::Load(
                reader, {.names = {projection}, .in_features = config.hidden_size, .out_features = config.vocab_size, .has_bias = false}));
  return Vocabulary{std::move(layer), std::move(embeddings)};
}

/// The past of some sequences, and the room that one pass works in.
class Gpt2Cache : public KeyValueCache {
 public:
  explicit Gpt2Cache(const KeyValueShape& shape) : slab(shape), lengths(static_cast<size_t>(shape.sequences), 0) {}

  [[nodiscard]] int64_t Length(int sequence) const override { return lengths[static_cast<size_t>(sequence)]; }

  void CopyFrom(const KeyValueCache& other, int from, int to, int64_t length) override {
    assert(length >= 0 && length <= other.Length(from));
    slab.CopyFrom(static_cast<const Gpt2Cache&>(other).slab, from, to, length);
    lengths[static_cast<size_t>(to)] = length;
  }

  /// Makes room for a pass over so many rows, of which so many ask for logits.
  void Reserve(int64_t row_count, int64_t asking_count, const Gpt2Config& config) {
    if (row_count > rows_reserved_) {
      rows_reserved_ = row_count;
      stream = NewFloats({row_count, config.hidden_size});
      normal = NewFloats({row_count, config.hidden_size});
      projected = NewFloats({row_count, 3 * config.hidden_size});
      context = NewFloats({row_count, config.hidden_size});
      inner = NewFloats({row_count, config.inner_size});
    }
    if (asking_count > asking_reserved_) {
      asking_reserved_ = asking_count;
      logits = NewFloats({asking_count, config.vocab_size});
    }
  }

  /// Whether to ask the small copy first which logits may be the largest, now that only they are wanted. Not where too many came close
  /// lately; nor at first, so that weights that are not finite show in the logits.
  bool MayScreen() {
    passes_without_screen_ = std::max(passes_without_screen_ - 1, 0);
    return passes_without_screen_ == 0;
  }
  void NoteScreened(int64_t rows_computed_wholly) {
    constexpr int kPassesAfterFailure = 64;
    passes_without_screen_ = rows_computed_wholly > 0 ? kPassesAfterFailure : 0;
  }

  KeyValueSlab slab;
  std::vector<int64_t> lengths;
  std::vector<StepRows> steps;
  /// What is computed of each step: all of it, and in the last block only what asks for logits.
  std::vector<AskingStep> all_rows;
  std::vector<AskingStep> asking_rows;
  at::Tensor stream;     // [rows, hidden]: the residual stream
  at::Tensor normal;     // [rows, hidden]
  at::Tensor projected;  // [rows, 3 * hidden]
  at::Tensor context;    // [rows, hidden]
  at::Tensor inner;      // [rows, inner]
  at::Tensor logits;     // [asking rows, vocab]

 private:
  int passes_without_screen_ = 2;
  int64_t rows_reserved_ = 0;
  int64_t asking_reserved_ = 0;
};

class Gpt2 : public CausalLm {
 public:
  Gpt2(const Gpt2Config& config, const KernelForm& form, Vocabulary vocabulary, at::Tensor positions, std::vector<Block> blocks,
       LayerNorm final_norm)
      : config_(config),
        form_(form),
        vocabulary_(std::move(vocabulary)),
        positions_(std::move(positions)),
        blocks_(std::move(blocks)),
        final_norm_(std::move(final_norm)) {}

  [[nodiscard]] int64_t vocab_size() const override { return config_.vocab_size; }
  [[nodiscard]] int64_t max_positions() const override { return config_.max_positions; }
  [[nodiscard]] int64_t weights_per_token() const override;
  [[nodiscard]] int64_t bytes_per_pass(WeightCopy copy) const override;
  [[nodiscard]] int64_t bytes_saved_by_largest(int64_t rows) const override {
    const bool screens = has_draft_ && rows <= kMostScreenedRows;
    return screens ? vocabulary_.projection.bytes() - vocabulary_.projection.bytes(WeightCopy::Draft) : 0;
  }
  [[nodiscard]] bool has_draft() const override { return has_draft_; }
  /// Makes the copy for drafts, where the weights are larger than it.
  void AddDraft(WeightReader& reader);
  [[nodiscard]] std::unique_ptr<KeyValueCache> NewCache(int sequences, int64_t max_tokens) const override;
  std::span<const float> Forward(std::span<const Step> steps, WeightCopy copy, KeyValueCache& cache, ThreadTeam& team) const override;

 private:
  struct Rows {
    int64_t all = 0;
    int64_t asking = 0;
  };
  /// Lays the steps' rows out one after the other; returns how many there are.
  Rows LayOut(std::span<const Step> steps, Gpt2Cache& cache) const;
  void Embed(std::span<const Step> steps, Gpt2Cache& cache, ThreadTeam& team) const;
  /// Runs a block on the stream's rows. After the last block the stream has only those that ask for logits.
  void RunBlock(size_t index, const Rows& rows, WeightCopy copy, Gpt2Cache& cache, ThreadTeam& team) const;
  [[nodiscard]] int64_t SumOverLayers(llvm::function_ref<int64_t(const LinearLayer&)> of) const;

  Gpt2Config config_;
  const KernelForm& form_;
  Vocabulary vocabulary_;
  at::Tensor positions_;  // [max_positions, hidden]
  std::vector<Block> blocks_;
  LayerNorm final_norm_;
  bool has_draft_ = false;
};

int64_t Gpt2::SumOverLayers(llvm::function_ref<int64_t(const LinearLayer&)> of) const {
  int64_t sum = of(vocabulary_.projection);
  for (const Block& block : blocks_) {
    sum += of(block.attention_in) + of(block.attention_out) + of(block.inner_in) + of(block.inner_out);
  }
  return sum;
}

int64_t Gpt2::weights_per_token() const {
  return SumOverLayers([](const LinearLayer& layer) { return layer.in_features() * layer.out_features(); });
}

int64_t Gpt2::bytes_per_pass(WeightCopy copy) const {
  return SumOverLayers([copy](const LinearLayer& layer) { return layer.bytes(copy); });
}

void Gpt2::AddDraft(WeightReader& reader) {
  if (vocabulary_.projection.format() == WeightFormat::Int8) {
    return;
  }
  vocabulary_.projection.AddDraft(reader);
  for (Block& block : blocks_) {
    for (LinearLayer* layer : {&block.attention_in, &block.attention_out, &block.inner_in, &block.inner_out}) {
      layer->AddDraft(reader);
    }
  }
  has_draft_ = true;
}

std::unique_ptr<KeyValueCache> Gpt2::NewCache(int sequences, int64_t max_tokens) const {
  return std::make_unique<Gpt2Cache>(KeyValueShape{.sequences = sequences,
                                                   .layers = config_.layers,
                                                   .heads = config_.heads,
                                                   .head_size = config_.hidden_size / config_.heads,
                                                   .max_tokens = std::min(max_tokens, config_.max_positions)});
}

Gpt2::Rows Gpt2::LayOut(std::span<const Step> steps, Gpt2Cache& cache) const {
  cache.steps.clear();
  cache.all_rows.clear();
  cache.asking_rows.clear();
  Rows rows;
  for (const Step& step : steps) {
    const auto count = static_cast<int64_t>(step.tokens.size());
    const int64_t past = cache.Length(step.sequence);
    assert(count > 0 && step.asking >= 0 && step.asking <= count && past + count <= cache.slab.shape().max_tokens);
    cache.steps.push_back({{rows.all, count}, step.sequence, past});
    cache.all_rows.push_back({count, rows.all});
    cache.asking_rows.push_back({step.asking, rows.asking});
    rows.all += count;
    rows.asking += step.asking;
  }
  return rows;
}

void Gpt2::Embed(std::span<const Step> steps, Gpt2Cache& cache, ThreadTeam& team) const {
  const int64_t hidden = config_.hidden_size;
  auto* stream = cache.stream.data_ptr<float>();
  for (size_t index = 0; index < steps.size(); ++index) {
    const StepRows& rows = cache.steps[index];
    constexpr int64_t kRowsWorthAThread = 4;
    team.ParallelFor(rows.rows.rows, kRowsWorthAThread, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t token = steps[index].tokens[static_cast<size_t>(i)];
        assert(token >= 0 && token < config_.vocab_size);
        float* x = stream + (rows.rows.first_row + i) * hidden;
        if (vocabulary_.embeddings) {
          std::memcpy(x, vocabulary_.embeddings->const_data_ptr<float>() + token * hidden, static_cast<size_t>(hidden) * sizeof(float));
        } else {
          vocabulary_.projection.ReadOutput(token, x);
        }
        const float* position = positions_.const_data_ptr<float>() + (rows.past + i) * hidden;
        for (int64_t k = 0; k < hidden; ++k) {
          x[k] += position[k];
        }
      }
    });
  }
}

void Gpt2::RunBlock(size_t index, const Rows& rows, WeightCopy copy, Gpt2Cache& cache, ThreadTeam& team) const {
  const Block& block = blocks_[index];
  const int64_t hidden = config_.hidden_size;
  const bool is_last = index + 1 == blocks_.size();
  auto* x = cache.stream.data_ptr<float>();
  auto* normal = cache.normal.data_ptr<float>();
  auto* context = cache.context.data_ptr<float>();
  auto* inner = cache.inner.data_ptr<float>();

  block.attention_norm.Forward(x, rows.all, normal, team);
  auto* projected = cache.projected.data_ptr<float>();
  block.attention_in.Forward(normal, rows.all, projected, {.copy = copy}, team);
  AttentionHeads heads{config_.heads, hidden / config_.heads, 1.0F};
  heads.scale = config_.scales_by_size ? 1.0F / std::sqrt(static_cast<float>(heads.size)) : 1.0F;
  heads.scale /= config_.scales_by_layer ? static_cast<float>(index + 1) : 1.0F;
  DecoderAttention(form_, heads, projected, cache.steps, static_cast<int64_t>(index), is_last ? cache.asking_rows : cache.all_rows,
                   cache.slab, context, team);
  if (is_last && rows.asking < rows.all) {
    // Nothing reads the other rows any more.
    for (size_t i = 0; i < cache.steps.size(); ++i) {
      const SequenceRows& step = cache.steps[i].rows;
      const AskingStep& asking = cache.asking_rows[i];
      std::memmove(x + asking.output_row * hidden, x + (step.first_row + step.rows - asking.rows) * hidden,
                   static_cast<size_t>(asking.rows * hidden) * sizeof(float));
    }
  }
  const int64_t rows_left = is_last ? rows.asking : rows.all;
  block.attention_out.Forward(context, rows_left, x, {.residual = x, .copy = copy}, team);
  block.inner_norm.Forward(x, rows_left, normal, team);
  block.inner_in.Forward(normal, rows_left, inner, {.activation = config_.activation, .copy = copy}, team);
  block.inner_out.Forward(inner, rows_left, x, {.residual = x, .copy = copy}, team);
}

std::span<const float> Gpt2::Forward(std::span<const Step> steps, WeightCopy copy, KeyValueCache& key_value_cache, ThreadTeam& team) const {
  assert(copy == WeightCopy::Main || has_draft_);
  auto& cache = static_cast<Gpt2Cache&>(key_value_cache);
  const Rows rows = LayOut(steps, cache);
  cache.Reserve(rows.all, rows.asking, config_);
  Embed(steps, cache, team);
  for (size_t index = 0; index < blocks_.size(); ++index) {
    RunBlock(index, rows, copy, cache, team);
  }
  for (const StepRows& step : cache.steps) {
    cache.lengths[static_cast<size_t>(step.sequence)] += step.rows.rows;
  }
  if (rows.asking == 0) {
    return {};
  }
  auto* normal = cache.normal.data_ptr<float>();
  auto* logits = cache.logits.data_ptr<float>();
  final_norm_.Forward(cache.stream.const_data_ptr<float>(), rows.asking, normal, team);
  const bool wants_largest = std::ranges::all_of(steps, [](const Step& step) { return step.asking == 0 || step.only_largest; });
  const bool may_pay = copy == WeightCopy::Main && has_draft_ && rows.asking <= kMostScreenedRows;
  if (wants_largest && may_pay && cache.MayScreen()) {
    cache.NoteScreened(ForwardLargest(vocabulary_.projection, normal, rows.asking, logits, team));
  } else {
    vocabulary_.projection.Forward(normal, rows.asking, logits, {.copy = copy}, team);
  }
  return {logits, static_cast<size_t>(rows.asking * config_.vocab_size)};
}

}  // namespace

Result<std::unique_ptr<CausalLm>> LoadGpt2(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team) {
  PLAIT_TRY(Gpt2Config config, ReadConfig(checkpoint));
  WeightReader reader(checkpoint, options.precision, options.progress, team, options.cache);
  // Checkpoints of the bare model lack the prefix.
  const std::string prefix = reader.Has("wte.weight") || reader.Has("wpe.weight") ? "" : "transformer.";
  PLAIT_TRY(Vocabulary vocabulary, LoadVocabulary(reader, prefix, config));
  PLAIT_TRY(at::Tensor positions, reader.Read(prefix + "wpe.weight", {config.max_positions, config.hidden_size}));
  std::vector<Block> blocks;
  for (int64_t i = 0; i < config.layers; ++i) {
    PLAIT_TRY(Block block, LoadBlock(reader, fmt::format("{}h.{}.", prefix, i), config));
    blocks.push_back(std::move(block));
  }
  PLAIT_TRY(LayerNorm final_norm, LayerNorm::Load(reader, prefix + "ln_f", config.hidden_size, config.epsilon));
  auto model =
      std::make_unique<Gpt2>(config, reader.form(), std::move(vocabulary), std::move(positions), std::move(blocks), std::move(final_norm));
  if (options.keeps_draft) {
    model->AddDraft(reader);
  }
  reader.KeepPacked();
  return std::unique_ptr<CausalLm>(std::move(model));
}

}  // namespace plait
