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

#include "compiler/base/value.h"
#include "compiler/formats/json.h"
#include "compiler/formats/safetensors.h"
#include "runtime/weights/checkpoint.h"
#include "tests/support/temp_folder.h"

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

inline std::vector<int32_t> Ints(const Value& list) {
  std::vector<int32_t> ints;
  for (const Value& item : list.AsList()) {
    ints.push_back(static_cast<int32_t>(item.AsInt()));
  }
  return ints;
}

template <class T>
T ValueOrFail(Result<T> result) {
  if (!result.ok()) {
    FAIL(RenderError(result.error(), false));
  }
  return *std::move(result);
}

inline Checkpoint OpenOrFail(const std::string& folder) { return ValueOrFail(Checkpoint::Open(folder)); }

/// One tensor of a file that a test takes apart and puts together again.
struct FileTensor {
  std::string dtype;
  std::vector<int64_t> shape;
  std::string bytes;
};
using FileTensors = std::map<std::string, FileTensor>;

/// A copy of a model's folder that a test may change.
class ModelCopy {
 public:
  /// Of a recorded model.
  explicit ModelCopy(const std::string& model) : ModelCopy(Source{OraclePath(model)}) {}
  static ModelCopy OfFolder(const std::string& folder) { return ModelCopy(Source{folder}); }

  [[nodiscard]] const std::string& path() const { return folder_.path(); }

  ModelCopy& Write(const std::string& name, const std::string& text) {
    folder_.Write(name, text);
    return *this;
  }

  /// Replaces the first `from` of config.json.
  ModelCopy& ChangeConfig(const std::string& from, const std::string& to) {
    std::string text = ReadText(path() + "/config.json");
    size_t place = text.find(from);
    REQUIRE(place != std::string::npos);
    return Write("config.json", text.replace(place, from.size(), to));
  }

  ModelCopy& ChangeWeights(const std::function<void(FileTensors&)>& change) {
    std::string file = ReadText(path() + "/model.safetensors");
    SafetensorsHeader header = *ParseSafetensorsHeader(file, file.size(), "model");
    FileTensors tensors;
    for (const SafetensorsTensor& tensor : header.tensors) {
      tensors[tensor.name] = {tensor.dtype, tensor.shape, file.substr(tensor.begin, tensor.end - tensor.begin)};
    }
    change(tensors);
    return Write("model.safetensors", Assemble(tensors));
  }

 private:
  struct Source {
    std::string folder;
  };
  explicit ModelCopy(const Source& source) { std::filesystem::copy(source.folder, path(), std::filesystem::copy_options::recursive); }

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

  TempFolder folder_;
};

}  // namespace plait
