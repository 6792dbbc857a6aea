#include "compiler/formats/sentence_files.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "compiler/formats/json.h"

namespace plait {
namespace {

/// No such file is near this; a larger one has another purpose.
constexpr uint64_t kMostBytes = uint64_t{1} << 20U;

struct PoolingName {
  std::string_view key;
  /// What newer files call it, under `pooling_mode`.
  std::string_view name;
  Pooling pooling;
};

constexpr std::array kPoolings = {
    PoolingName{"pooling_mode_cls_token", "cls", Pooling::FirstToken},
    PoolingName{"pooling_mode_mean_tokens", "mean", Pooling::Mean},
    PoolingName{"pooling_mode_max_tokens", "max", Pooling::Max},
};

/// As each kind of transformer once called it, in the library's order.
constexpr std::array<std::string_view, 3> kTransformerFiles = {"sentence_bert_config.json", "sentence_roberta_config.json",
                                                               "sentence_distilbert_config.json"};

struct JsonFile {
  Value root;
  std::string path;

  [[nodiscard]] Error Invalid(std::string message) const { return {FailureKind::ModelConfigInvalid, std::move(message), path, {}}; }
  [[nodiscard]] Error Unsupported(std::string message) const { return {FailureKind::ModelUnsupported, std::move(message), path, {}}; }

  /// Nothing where the key is absent or null.
  [[nodiscard]] const Value* Find(std::string_view key) const {
    const Value* value = root.Field(key);
    return value == nullptr || value->is_null() ? nullptr : value;
  }

  [[nodiscard]] Result<bool> Flag(std::string_view key, bool absent) const {
    const Value* value = Find(key);
    if (value != nullptr && !value->is_bool()) {
      return Invalid(fmt::format("`{}` is {}, expected true or false", key, ToJson(*value)));
    }
    return value == nullptr ? absent : value->AsBool();
  }
};

class Reader {
 public:
  Reader(const FileSystem& files, const std::string& folder) : files_(files), folder_(folder) {}

  Result<SentenceFiles> Read() {
    if (!IsThere("modules.json")) {
      return SentenceFiles();
    }
    PLAIT_TRY(JsonFile modules, ReadJson("modules.json"));
    if (!modules.root.is_list() || modules.root.AsList().size() < 2) {
      return modules.Invalid("expected a list of modules, a Transformer and a Pooling at least");
    }
    const ValueList& list = modules.root.AsList();
    for (size_t i = 0; i < list.size(); ++i) {
      PLAIT_TRY_VOID(AddModule(modules, list[i], i));
    }
    PLAIT_TRY_VOID(ReadTransformer());
    PLAIT_TRY_VOID(ReadPrompts());
    return std::move(found_);
  }

 private:
  [[nodiscard]] bool IsThere(std::string_view name) const { return files_.IsFile(JoinPath(folder_, name)); }

  Result<JsonFile> ReadJson(std::string_view name) {
    JsonFile file{{}, JoinPath(folder_, name)};
    if (!files_.IsFile(file.path)) {
      return Error{FailureKind::ModelFileMissing, fmt::format("`{}` is missing, which `modules.json` names", name), folder_, {}};
    }
    PLAIT_TRY(uint64_t bytes, files_.FileSize(file.path));
    if (bytes > kMostBytes) {
      return file.Invalid(fmt::format("the file has {} bytes, expected at most {}", bytes, kMostBytes));
    }
    PLAIT_TRY(std::string text, files_.ReadFile(file.path));
    PLAIT_TRY(file.root, ParseJsonOfPython(text, file.path, FailureKind::ModelConfigInvalid));
    found_.text += fmt::format("{} {}\n{}\n", name, text.size(), text);
    return file;
  }

  /// The library builds a module from the class that `type` names; its last part tells which one, in whatever package it lies.
  Result<void> AddModule(const JsonFile& modules, const Value& module, size_t index) {
    constexpr std::array<std::string_view, 3> kKinds = {"Transformer", "Pooling", "Normalize"};
    const Value* type = module.Field("type");
    const Value* path = module.Field("path");
    if (type == nullptr || !type->is_string() || path == nullptr || !path->is_string()) {
      return modules.Invalid(fmt::format("module {} has no `type` and `path`", index));
    }
    std::string_view kind = std::string_view(type->AsString()).substr(type->AsString().rfind('.') + 1);
    if (kind != kKinds[std::min(index, kKinds.size() - 1)]) {
      return modules.Unsupported(
          fmt::format("module {} is `{}`, the runtime has a Transformer, a Pooling and Normalize, in that order", index, type->AsString()));
    }
    if (index == 0 && !path->AsString().empty()) {
      return modules.Unsupported(
          fmt::format("the Transformer lies in `{}`, the runtime wants it in the model's own folder", path->AsString()));
    }
    if (index == 1) {
      return ReadPooling(JoinPath(path->AsString(), "config.json"));
    }
    found_.normalizes = found_.normalizes || index > 1;
    return {};
  }

  Result<void> ReadPooling(const std::string& name) {
    PLAIT_TRY(JsonFile config, ReadJson(name));
    if (!config.root.is_record()) {
      return config.Invalid(fmt::format("the file holds {}, expected an object", config.root.KindName()));
    }
    std::vector<std::string_view> modes;
    if (const Value* mode = config.Find("pooling_mode"); mode != nullptr && mode->is_string()) {
      modes.push_back(mode->AsString());
    } else {
      PLAIT_TRY(modes, TrueModes(config));
    }
    if (modes.size() > 1) {
      return config.Unsupported(
          fmt::format("`{}` and `{}` are both true, which joins two vectors; the runtime takes one of them", modes[0], modes[1]));
    }
    for (const PoolingName& known : kPoolings) {
      if (modes[0] == known.key || modes[0] == known.name) {
        found_.pooling = known.pooling;
        return {};
      }
    }
    return config.Unsupported(fmt::format("the pooling is `{}`, the runtime has `{}`, `{}` and `{}`", modes[0], kPoolings[0].key,
                                          kPoolings[1].key, kPoolings[2].key));
  }

  /// Without a word about it the mean is taken.
  static Result<std::vector<std::string_view>> TrueModes(const JsonFile& config) {
    constexpr std::string_view kMean = "pooling_mode_mean_tokens";
    std::vector<std::string_view> modes;
    for (const auto& [key, value] : config.root.AsRecord()) {
      if (key.starts_with("pooling_mode_")) {
        PLAIT_TRY(bool is_on, config.Flag(key, key == kMean));
        if (is_on) {
          modes.push_back(key);
        }
      }
    }
    if (config.root.Field(kMean) == nullptr) {
      modes.push_back(kMean);
    }
    if (modes.empty()) {
      return config.Invalid("no `pooling_mode_…` is true");
    }
    return modes;
  }

  Result<void> ReadTransformer() {
    for (std::string_view name : kTransformerFiles) {
      if (!IsThere(name)) {
        continue;
      }
      PLAIT_TRY(JsonFile config, ReadJson(name));
      PLAIT_TRY(found_.lowercases, config.Flag("do_lower_case", false));
      const Value* most = config.Find("max_seq_length");
      if (most != nullptr && (!most->is_int() || most->AsInt() < 1)) {
        return config.Invalid(fmt::format("`max_seq_length` is {}, expected a number of tokens", ToJson(*most)));
      }
      found_.max_tokens = most == nullptr ? std::nullopt : std::optional(most->AsInt());
      return {};
    }
    return {};
  }

  Result<void> ReadPrompts() {
    constexpr std::string_view kName = "config_sentence_transformers.json";
    if (!IsThere(kName)) {
      return {};
    }
    PLAIT_TRY(JsonFile config, ReadJson(kName));
    if (const Value* prompt = config.Find("default_prompt_name")) {
      return config.Unsupported(
          fmt::format("`default_prompt_name` is {}, and the runtime puts no prompt before a text by itself", ToJson(*prompt)));
    }
    return {};
  }

  const FileSystem& files_;
  const std::string& folder_;
  SentenceFiles found_;
};

}  // namespace

Result<SentenceFiles> ReadSentenceFiles(const FileSystem& files, const std::string& folder) { return Reader(files, folder).Read(); }

}  // namespace plait
