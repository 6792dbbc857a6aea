// The one list of architecture families, and the choice from it.
#include <new>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "runtime/models/config_reader.h"
#include "runtime/models/families.h"
#include "runtime/models/text_encoder.h"

namespace plait {
namespace {

template <class Model>
struct Family {
  std::string_view model_type;
  Result<std::unique_ptr<Model>> (*load)(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team);
};

constexpr Family<CausalLm> kCausalLmFamilies[] = {
    {"gpt2", LoadGpt2},
};

constexpr Family<SequenceClassifier> kSequenceClassifierFamilies[] = {
    {"bert", LoadBert},
    {"distilbert", LoadDistilBert},
    {"roberta", LoadRoberta},
};

template <Result<EncoderSpec> (*read)(const ConfigReader&)>
Result<std::unique_ptr<Encoder>> LoadEncoder(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team) {
  ConfigReader config(checkpoint);
  PLAIT_TRY(EncoderSpec spec, read(config));
  PLAIT_TRY_VOID(CheckEncoderConfig(config, spec.config));
  WeightReader reader(checkpoint, options.precision, options.progress, team, options.cache);
  spec.names.prefix = PrefixIn(reader, spec.names.prefix);
  PLAIT_TRY(Encoder encoder, Encoder::Load(reader, spec.config, spec.names));
  reader.KeepPacked();
  return std::make_unique<Encoder>(std::move(encoder));
}

constexpr Family<Encoder> kEncoderFamilies[] = {
    {"bert", LoadEncoder<BertEncoder>},
    {"distilbert", LoadEncoder<DistilBertEncoder>},
    {"roberta", LoadEncoder<RobertaEncoder>},
};

template <class Model, size_t kCount>
Result<std::unique_ptr<Model>> LoadFrom(const Family<Model> (&families)[kCount], std::string_view what, const Checkpoint& checkpoint,
                                        const LoadOptions& options, ThreadTeam& team) {
  ConfigReader config(checkpoint);
  PLAIT_TRY(std::string model_type, config.String("model_type"));
  std::string known;
  for (const Family<Model>& family : families) {
    if (family.model_type != model_type) {
      known += fmt::format("{}`{}`", known.empty() ? "" : ", ", family.model_type);
      continue;
    }
    try {
      return family.load(checkpoint, options, team);
    } catch (const std::bad_alloc&) {
      return Error{FailureKind::OutOfMemory, "memory for the weights could not be had", checkpoint.folder(), {}};
    }
  }
  return config.Unsupported(fmt::format("`model_type` is {}, the runtime has {} of the types {}", QuoteJson(model_type), what, known));
}

}  // namespace

Result<std::unique_ptr<CausalLm>> LoadCausalLm(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team) {
  return LoadFrom(kCausalLmFamilies, "text generators", checkpoint, options, team);
}

Result<std::unique_ptr<SequenceClassifier>> LoadSequenceClassifier(const Checkpoint& checkpoint, const LoadOptions& options,
                                                                   ThreadTeam& team) {
  return LoadFrom(kSequenceClassifierFamilies, "text classifiers", checkpoint, options, team);
}

Result<std::unique_ptr<Encoder>> LoadTextEncoder(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team) {
  return LoadFrom(kEncoderFamilies, "text encoders", checkpoint, options, team);
}

}  // namespace plait
