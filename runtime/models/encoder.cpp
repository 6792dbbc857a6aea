#include "runtime/models/encoder.h"

#include <cassert>
#include <cmath>
#include <cstring>
#include <utility>

#include <ATen/ops/empty.h>
#include <fmt/format.h>

namespace plait {

Result<void> CheckEncoderConfig(const ConfigReader& reader, const EncoderConfig& config) {
  if (config.hidden_size % config.heads != 0) {
    return reader.Invalid(fmt::format("the hidden size {} is not a multiple of the {} heads", config.hidden_size, config.heads));
  }
  if (config.hidden_size / config.heads > kMaxHeadSize) {
    return reader.Unsupported(
        fmt::format("heads have {} features, the runtime has at most {}", config.hidden_size / config.heads, kMaxHeadSize));
  }
  if (config.first_position >= config.positions) {
    return reader.Invalid(fmt::format("there are {} positions and the first text position is {}", config.positions, config.first_position));
  }
  PLAIT_TRY(std::string positions, reader.String("position_embedding_type", "absolute"));
  if (positions != "absolute") {
    return reader.Unsupported(fmt::format("`position_embedding_type` is {}, the runtime has \"absolute\"", QuoteJson(positions)));
  }
  PLAIT_TRY_VOID(reader.Refuse("is_decoder", false));
  return reader.Refuse("add_cross_attention", false);
}

std::string PrefixIn(const WeightReader& reader, const std::string& prefix) {
  return reader.Has("embeddings.word_embeddings.weight") ? "" : prefix;
}

/// The room of one pass. It comes from the allocator that keeps freed memory warm, as each pass takes it anew.
struct Encoder::Workspace {
  Workspace(std::span<const EncoderInput> batch, const EncoderConfig& config) {
    heads = {config.heads, config.hidden_size / config.heads, 0};
    heads.scale = 1.0F / std::sqrt(static_cast<float>(heads.size));
    for (const EncoderInput& input : batch) {
      const auto count = static_cast<int64_t>(input.input_ids.size());
      assert(count > 0 && input.token_type_ids.size() == input.input_ids.size());
      sequences.push_back({rows, count});
      rows += count;
    }
    const int64_t hidden = config.hidden_size;
    const int64_t key_floats = EncoderKeyFloats(sequences, heads);
    memory = at::empty({rows * (6 * hidden + config.inner_size) + key_floats + kPanelColumns}, at::TensorOptions().dtype(at::kFloat));
    stream = memory.data_ptr<float>();
    projected = stream + rows * hidden;
    context = projected + rows * 3 * hidden;
    attended = context + rows * hidden;
    inner = attended + rows * hidden;
    key_panels = inner + rows * config.inner_size;
  }

  AttentionHeads heads;
  std::vector<SequenceRows> sequences;
  int64_t rows = 0;
  at::Tensor memory;
  float* stream = nullptr;      // [rows, hidden]
  float* projected = nullptr;   // [rows, 3 * hidden]
  float* context = nullptr;     // [rows, hidden]
  float* attended = nullptr;    // [rows, hidden]
  float* inner = nullptr;       // [rows, inner]
  float* key_panels = nullptr;  // as EncoderAttention needs them
};

Encoder::Encoder(const EncoderConfig& config, const KernelForm& form, Embeddings embeddings, std::vector<Block> blocks)
    : config_(config), form_(&form), embeddings_(std::move(embeddings)), blocks_(std::move(blocks)) {}

Result<Encoder::Embeddings> Encoder::LoadEmbeddings(WeightReader& reader, const EncoderConfig& config, const std::string& prefix) {
  const std::string name = prefix + "embeddings.";
  PLAIT_TRY(at::Tensor words, reader.Read(name + "word_embeddings.weight", {config.vocab_size, config.hidden_size}));
  PLAIT_TRY(at::Tensor positions, reader.Read(name + "position_embeddings.weight", {config.positions, config.hidden_size}));
  std::optional<at::Tensor> token_types;
  if (config.token_types > 0) {
    PLAIT_TRY(token_types, reader.Read(name + "token_type_embeddings.weight", {config.token_types, config.hidden_size}));
  }
  PLAIT_TRY(LayerNorm norm, LayerNorm::Load(reader, name + "LayerNorm", config.hidden_size, config.epsilon));
  return Embeddings{std::move(words), std::move(positions), std::move(token_types), std::move(norm)};
}

Result<Encoder::Block> Encoder::LoadBlock(WeightReader& reader, const EncoderConfig& config, const EncoderNames& names, int64_t index) {
  const std::string name = fmt::format("{}{}{}.", names.prefix, names.blocks, index);
  const int64_t hidden = config.hidden_size;
  auto load = [&](const std::string& part, int64_t in, int64_t out) {
    return LinearLayer::Load(reader, {.names = {name + part}, .in_features = in, .out_features = out});
  };
  PLAIT_TRY(LinearLayer attention_in, LinearLayer::Load(reader, {.names = {name + names.query, name + names.key, name + names.value},
                                                                 .in_features = hidden,
                                                                 .out_features = hidden}));
  PLAIT_TRY(LinearLayer attention_out, load(names.attention_out, hidden, hidden));
  PLAIT_TRY(LayerNorm attention_norm, LayerNorm::Load(reader, name + names.attention_norm, hidden, config.epsilon));
  PLAIT_TRY(LinearLayer inner_in, load(names.inner_in, hidden, config.inner_size));
  PLAIT_TRY(LinearLayer inner_out, load(names.inner_out, config.inner_size, hidden));
  PLAIT_TRY(LayerNorm output_norm, LayerNorm::Load(reader, name + names.output_norm, hidden, config.epsilon));
  return Block{std::move(attention_in), std::move(attention_out), std::move(attention_norm),
               std::move(inner_in),     std::move(inner_out),     std::move(output_norm)};
}

Result<Encoder> Encoder::Load(WeightReader& reader, const EncoderConfig& config, const EncoderNames& names) {
  PLAIT_TRY(Embeddings embeddings, LoadEmbeddings(reader, config, names.prefix));
  std::vector<Block> blocks;
  for (int64_t i = 0; i < config.layers; ++i) {
    PLAIT_TRY(Block block, LoadBlock(reader, config, names, i));
    blocks.push_back(std::move(block));
  }
  return Encoder(config, reader.form(), std::move(embeddings), std::move(blocks));
}

void Encoder::Embed(const EncoderInput& input, float* rows) const {
  const int64_t hidden = config_.hidden_size;
  int64_t counted = 0;
  for (size_t i = 0; i < input.input_ids.size(); ++i) {
    const int64_t token = input.input_ids[i];
    assert(token >= 0 && token < config_.vocab_size);
    const bool is_padding = config_.padding_id == token;
    const int64_t place = is_padding ? token : config_.first_position + counted;
    counted += is_padding ? 0 : 1;
    const float* word = embeddings_.words.const_data_ptr<float>() + token * hidden;
    const float* position = embeddings_.positions.const_data_ptr<float>() + place * hidden;
    float* x = rows + static_cast<int64_t>(i) * hidden;
    std::memcpy(x, word, static_cast<size_t>(hidden) * sizeof(float));
    if (embeddings_.token_types) {
      assert(input.token_type_ids[i] >= 0 && input.token_type_ids[i] < config_.token_types);
      const float* token_type = embeddings_.token_types->const_data_ptr<float>() + input.token_type_ids[i] * hidden;
      for (int64_t k = 0; k < hidden; ++k) {
        x[k] += token_type[k];
      }
    }
    for (int64_t k = 0; k < hidden; ++k) {
      x[k] += position[k];
    }
  }
}

EncoderCost Encoder::Cost(AskingRows asking) const {
  EncoderCost cost;
  for (const Block& block : blocks_) {
    const int64_t after_attention = block.attention_out.weights() + block.inner_in.weights() + block.inner_out.weights();
    const bool asks_first_only = asking == AskingRows::First && &block == &blocks_.back();
    const int64_t queries = asks_first_only && CanSplitProjection() ? block.attention_in.weights() / 3 : 0;
    cost.per_token += block.attention_in.weights() - queries + (asks_first_only ? 0 : after_attention);
    cost.per_text += queries + (asks_first_only ? after_attention : 0);
    for (const LinearLayer* layer : {&block.attention_in, &block.attention_out, &block.inner_in, &block.inner_out}) {
      cost.bytes_per_pass += layer->bytes();
    }
  }
  return cost;
}

void Encoder::Project(const Block& block, AskingRows asking, Workspace& workspace, ThreadTeam& team) const {
  if (asking == AskingRows::All || !CanSplitProjection()) {
    block.attention_in.Forward(workspace.stream, workspace.rows, workspace.projected, {}, team);
    return;
  }
  const int64_t hidden = config_.hidden_size;
  const int64_t stride = 3 * hidden;
  block.attention_in.ForwardPart(workspace.stream, workspace.rows, hidden, 2 * hidden, workspace.projected + hidden, stride, team);
  const auto texts = static_cast<int64_t>(workspace.sequences.size());
  const auto bytes = static_cast<size_t>(hidden) * sizeof(float);
  auto first_row = [&](int64_t text) { return workspace.sequences[static_cast<size_t>(text)].first_row; };
  // What attention and its output write later is room for the rows that ask until then.
  for (int64_t i = 0; i < texts; ++i) {
    std::memcpy(workspace.context + i * hidden, workspace.stream + first_row(i) * hidden, bytes);
  }
  block.attention_in.ForwardPart(workspace.context, texts, 0, hidden, workspace.attended, hidden, team);
  for (int64_t i = 0; i < texts; ++i) {
    std::memcpy(workspace.projected + first_row(i) * stride, workspace.attended + i * hidden, bytes);
  }
}

int64_t Encoder::RunBlock(const Block& block, AskingRows asking, Workspace& workspace, ThreadTeam& team) const {
  const int64_t hidden = config_.hidden_size;
  int64_t rows = workspace.rows;
  float* x = workspace.stream;
  float* attended = workspace.attended;

  Project(block, asking, workspace, team);
  EncoderAttention(*form_, workspace.heads, workspace.projected, workspace.sequences, asking, workspace.key_panels, workspace.context,
                   team);
  if (asking == AskingRows::First) {
    // Nothing reads the other rows any more.
    rows = static_cast<int64_t>(workspace.sequences.size());
    for (int64_t i = 0; i < rows; ++i) {
      const int64_t first = workspace.sequences[static_cast<size_t>(i)].first_row;
      std::memmove(x + i * hidden, x + first * hidden, static_cast<size_t>(hidden) * sizeof(float));
    }
  }
  block.attention_out.Forward(workspace.context, rows, attended, {.residual = x}, team);
  block.attention_norm.Forward(attended, rows, attended, team);
  block.inner_in.Forward(attended, rows, workspace.inner, {.activation = config_.activation}, team);
  block.inner_out.Forward(workspace.inner, rows, x, {.residual = attended}, team);
  block.output_norm.Forward(x, rows, x, team);
  return rows;
}

Result<at::Tensor> Encoder::Run(std::span<const EncoderInput> batch, AskingRows asking, ThreadTeam& team,
                                const Cancellation& cancellation) const {
  Workspace workspace(batch, config_);
  team.ParallelFor(static_cast<int64_t>(batch.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const auto index = static_cast<size_t>(i);
      Embed(batch[index], workspace.stream + workspace.sequences[index].first_row * config_.hidden_size);
    }
  });
  embeddings_.norm.Forward(workspace.stream, workspace.rows, workspace.stream, team);
  int64_t rows = workspace.rows;
  for (const Block& block : blocks_) {
    PLAIT_TRY_VOID(cancellation.Check());
    rows = RunBlock(block, &block == &blocks_.back() ? asking : AskingRows::All, workspace, team);
  }
  return workspace.memory.narrow(0, 0, rows * config_.hidden_size).view({rows, config_.hidden_size});
}

}  // namespace plait
