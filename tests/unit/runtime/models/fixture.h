// The recorded models of tests/oracle/models, whole or with their files changed for one test.
#pragma once

#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include "compiler/base/value.h"
#include "compiler/formats/json.h"
#include "compiler/formats/safetensors.h"
#include "runtime/weights/checkpoint.h"

namespace plait {

inline std::string OraclePath(const std::string& model) { return std::string(PLAIT_SOURCE_DIR) + "/tests/oracle/models/" + model; }

inline std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline Value ReadJson(const std::string& path) {
  Result<Value> value = ParseJson(ReadText(path), path, FailureKind::InputInvalid);
  REQUIRE(value.ok());
  return *value;
}

inline Checkpoint OpenOrFail(const std::string& folder) {
  Result<Checkpoint> checkpoint = Checkpoint::Open(folder);
  if (!checkpoint.ok()) {
    FAIL(RenderError(checkpoint.error(), false));
  }
  return *std::move(checkpoint);
}

/// One tensor of a file that a test takes apart and puts together again.
struct FileTensor {
  std::string dtype;
  std::vector<int64_t> shape;
  std::string bytes;
};
using FileTensors = std::map<std::string, FileTensor>;

/// A copy of a recorded model in a folder that exists as long as the test.
class ModelCopy {
 public:
  explicit ModelCopy(const std::string& model) {
    std::string pattern = (std::filesystem::temp_directory_path() / "plait-model-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
    std::filesystem::copy(OraclePath(model), path_);
  }
  ~ModelCopy() { std::filesystem::remove_all(path_); }
  ModelCopy(const ModelCopy&) = delete;
  ModelCopy& operator=(const ModelCopy&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

  ModelCopy& Write(const std::string& name, const std::string& text) {
    std::ofstream(path_ + "/" + name, std::ios::binary) << text;
    return *this;
  }

  /// Replaces the first `from` of config.json.
  ModelCopy& ChangeConfig(const std::string& from, const std::string& to) {
    std::string text = ReadText(path_ + "/config.json");
    size_t place = text.find(from);
    REQUIRE(place != std::string::npos);
    return Write("config.json", text.replace(place, from.size(), to));
  }

  ModelCopy& ChangeWeights(const std::function<void(FileTensors&)>& change) {
    std::string file = ReadText(path_ + "/model.safetensors");
    SafetensorsHeader header = *ParseSafetensorsHeader(file, file.size(), "model");
    FileTensors tensors;
    for (const SafetensorsTensor& tensor : header.tensors) {
      tensors[tensor.name] = {tensor.dtype, tensor.shape, file.substr(tensor.begin, tensor.end - tensor.begin)};
    }
    change(tensors);
    return Write("model.safetensors", Assemble(tensors));
  }

 private:
  static std::string Assemble(const FileTensors& tensors) {
    ValueFields fields;
    std::string data;
    for (const auto& [name, tensor] : tensors) {
      ValueList shape;
      for (int64_t extent : tensor.shape) {
        shape.push_back(Value::Int(extent));
      }
      auto begin = static_cast<int64_t>(data.size());
      data += tensor.bytes;
      ValueList offsets = {Value::Int(begin), Value::Int(static_cast<int64_t>(data.size()))};
      fields.emplace_back(name, Value::Record({{"dtype", Value::String(tensor.dtype)},
                                               {"shape", Value::List(std::move(shape))},
                                               {"data_offsets", Value::List(std::move(offsets))}}));
    }
    std::string header = ToJson(Value::Record(std::move(fields)));
    uint64_t length = header.size();
    std::string file(sizeof(length), '\0');
    std::memcpy(file.data(), &length, sizeof(length));
    return file + header + data;
  }

  std::string path_;
};

}  // namespace plait
