// text.Embedder: texts to tokens, their vectors to one of the text, around the encoder, as sentence-transformers does.
#include <algorithm>
#include <cstring>
#include <utility>

#include "compiler/base/file_system.h"
#include "compiler/formats/sentence_files.h"
#include "runtime/models/text_encoder.h"
#include "runtime/tasks/arguments.h"
#include "runtime/tasks/encoder_batch.h"
#include "runtime/tasks/pooling.h"
#include "runtime/tasks/prepared_calls.h"
#include "runtime/tasks/task_models.h"
#include "runtime/tasks/text_cut.h"
#include "runtime/tokenizers/unicode.h"

namespace plait {
namespace {

class Embedder : public TaskModel {
 public:
  Embedder(TaskFiles files, std::unique_ptr<Encoder> encoder, SentenceFiles sentence)
      : files_(std::move(files)), encoder_(std::move(encoder)), sentence_(std::move(sentence)), max_tokens_(MaxTokens()) {}

  std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const override;

  [[nodiscard]] bool is_stand_in() const override { return files_.checkpoint.is_stand_in(); }

 private:
  [[nodiscard]] int64_t MaxTokens() const {
    int64_t positions = encoder_->max_positions();
    return sentence_.max_tokens ? std::min(*sentence_.max_tokens, positions) : MaxTextTokens(files_.tokenizer_config, positions);
  }
  /// The rows that become a text's vector.
  [[nodiscard]] AskingRows Asking() const { return sentence_.pooling == Pooling::FirstToken ? AskingRows::First : AskingRows::All; }
  [[nodiscard]] Result<Encoding> Prepare(const ValueFields& call) const;
  /// [batch, hidden].
  [[nodiscard]] Result<std::vector<float>> Embed(std::span<const EncoderInput> batch, ThreadTeam& team,
                                                 const Cancellation& cancellation) const;

  TaskFiles files_;
  std::unique_ptr<Encoder> encoder_;
  SentenceFiles sentence_;
  int64_t max_tokens_;
};

Value VectorOf(const std::vector<float>& numbers) {
  Tensor vector = MakeTensor(TensorElement::F32, {static_cast<int64_t>(numbers.size())});
  std::memcpy(vector.data.data(), numbers.data(), vector.data.size());
  return Value::OfTensor(std::move(vector));
}

std::vector<Result<Value>> Embedder::Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const {
  std::vector<Result<Value>> results(calls.size(), UnknownMethod("text.Embedder", method));
  if (method != "embed") {
    return results;
  }
  const auto [texts, origins] = PrepareCalls<Encoding>(calls, context, results, [this](const ValueFields& call) { return Prepare(call); });
  auto forward = [this](std::span<const EncoderInput> batch, ThreadTeam& team, const Cancellation& cancellation) {
    return Embed(batch, team, cancellation);
  };
  EncoderModel model{encoder_->config().hidden_size, "vector's numbers", encoder_->Cost(Asking()), forward};
  std::vector<Result<std::vector<float>>> vectors = RunEncoder(model, texts, files_.name(), context);
  for (size_t i = 0; i < vectors.size(); ++i) {
    results[origins[i]] = vectors[i].ok() ? Result<Value>(VectorOf(*vectors[i])) : std::move(vectors[i]).error();
  }
  return results;
}

/// The library strips white space around a text before it does anything else with it.
Result<Encoding> Embedder::Prepare(const ValueFields& call) const {
  const std::string& text = Argument(call, "text").AsString();
  std::string_view stripped = tokenizers::StripWhiteSpace(text);
  const std::string lowered = sentence_.lowercases ? tokenizers::Lowercase(stripped) : "";
  PLAIT_TRY(Encoding encoded, files_.tokenizer->Encode(sentence_.lowercases ? lowered : stripped, true));
  if (static_cast<int64_t>(encoded.input_ids.size()) > max_tokens_) {
    PLAIT_TRY(Encoding alone, files_.tokenizer->Encode(sentence_.lowercases ? lowered : stripped, false));
    encoded = TruncateFirst(std::move(encoded), alone.input_ids, static_cast<size_t>(max_tokens_));
  }
  PLAIT_TRY_VOID(CheckTextLength(encoded, encoder_->max_positions()));
  return encoded;
}

Result<std::vector<float>> Embedder::Embed(std::span<const EncoderInput> batch, ThreadTeam& team, const Cancellation& cancellation) const {
  const bool is_first = Asking() == AskingRows::First;
  PLAIT_TRY(at::Tensor hidden,
            is_first ? encoder_->FirstTokens(batch, team, cancellation) : encoder_->AllTokens(batch, team, cancellation));
  const auto width = static_cast<size_t>(encoder_->config().hidden_size);
  std::span<const float> left(hidden.const_data_ptr<float>(), static_cast<size_t>(hidden.numel()));
  std::vector<std::span<const float>> rows;
  for (const EncoderInput& text : batch) {
    rows.push_back(left.first(is_first ? width : text.input_ids.size() * width));
    left = left.subspan(rows.back().size());
  }
  std::vector<float> vectors(batch.size() * width);
  team.ParallelFor(static_cast<int64_t>(batch.size()), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      std::span<float> vector = std::span(vectors).subspan(i * width, width);
      PoolTokens(sentence_.pooling, rows[i], vector);
      if (sentence_.normalizes) {
        ScaleToUnit(vector);
      }
    }
  });
  return vectors;
}

}  // namespace

Result<std::unique_ptr<TaskModel>> LoadEmbedder(TaskFiles files, const ValueFields& /*options*/, ThreadTeam& team) {
  PLAIT_TRY(SentenceFiles sentence, ReadSentenceFiles(*MakeRealFileSystem(), files.name()));
  PLAIT_TRY(std::unique_ptr<Encoder> encoder, LoadTextEncoder(files.checkpoint, files.load_options, team));
  PLAIT_TRY_VOID(CheckVocabulary(files, encoder->config().vocab_size));
  return std::unique_ptr<TaskModel>(std::make_unique<Embedder>(std::move(files), std::move(encoder), std::move(sentence)));
}

}  // namespace plait
