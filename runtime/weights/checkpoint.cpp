#include "runtime/weights/checkpoint.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <llvm/ADT/StringRef.h>
#include <llvm/Support/xxhash.h>

#include "compiler/base/digest.h"
#include "compiler/base/file_system.h"
#include "compiler/formats/json.h"
#include "compiler/formats/safetensors.h"
#include "runtime/weights/mapped_file.h"

namespace plait {
namespace {

constexpr std::string_view kWeightsFile = "model.safetensors";
constexpr std::string_view kIndexFile = "model.safetensors.index.json";
constexpr std::string_view kStandInKey = "plait.stand_in";

struct Shard {
  MappedFile file;
  SafetensorsHeader header;

  [[nodiscard]] std::string_view text() const { return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}; }
};

/// Adds the beginning, the middle and the end of every tensor: what trains a tensor changes it all over, and so few pages are read at once.
void AddSamples(const Shard& shard, Sha256& digest) {
  constexpr uint64_t kSampleBytes = 4096;
  std::vector<uint64_t> sums;
  auto add = [&](uint64_t begin, uint64_t bytes) {
    const std::span<const std::byte> sample = shard.file.bytes().subspan(begin, bytes);
    sums.push_back(llvm::xxh3_64bits(llvm::ArrayRef(reinterpret_cast<const uint8_t*>(sample.data()), sample.size())));
  };
  for (const SafetensorsTensor& tensor : shard.header.tensors) {
    if (tensor.end - tensor.begin <= 3 * kSampleBytes) {
      add(tensor.begin, tensor.end - tensor.begin);
      continue;
    }
    add(tensor.begin, kSampleBytes);
    add(tensor.begin + (tensor.end - tensor.begin - kSampleBytes) / 2, kSampleBytes);
    add(tensor.end - kSampleBytes, kSampleBytes);
  }
  digest.Add({reinterpret_cast<const char*>(sums.data()), sums.size() * sizeof(uint64_t)});
}

Result<Shard> OpenShard(const std::string& path) {
  PLAIT_TRY(MappedFile file, MappedFile::Open(path));
  std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  PLAIT_TRY(SafetensorsHeader header, ParseSafetensorsHeader(text, text.size(), path));
  return Shard{std::move(file), std::move(header)};
}

/// Reads a JSON file that must be an object.
Result<Value> ReadObject(const FileSystem& files, const std::string& path, FailureKind failure) {
  PLAIT_TRY(std::string text, files.ReadFile(path));
  PLAIT_TRY(Value value, ParseJson(text, path, failure));
  if (!value.is_record()) {
    return Error{failure, fmt::format("the file holds {}, expected an object", value.KindName()), path, {}};
  }
  return value;
}

/// The tensors that the index expects, by file.
using ShardContents = std::map<std::string, std::vector<std::string>>;

Result<ShardContents> ReadIndex(const FileSystem& files, const std::string& path) {
  PLAIT_TRY(Value index, ReadObject(files, path, FailureKind::WeightsInvalid));
  const Value* weight_map = index.Field("weight_map");
  if (weight_map == nullptr || !weight_map->is_record()) {
    return Error{FailureKind::WeightsInvalid,
                 fmt::format("`weight_map` is {}, expected an object", weight_map ? weight_map->KindName() : "missing"),
                 path,
                 {}};
  }
  ShardContents contents;
  for (const auto& [tensor, file] : weight_map->AsRecord()) {
    // A shard is a neighbour of its index: a name that leads elsewhere is not one that a checkpoint needs.
    if (!file.is_string() || file.AsString().empty() || file.AsString().find('/') != std::string::npos) {
      return Error{FailureKind::WeightsInvalid,
                   fmt::format("tensor {} is said to be in {}, expected a file name", QuoteJson(tensor), ToJson(file)),
                   path,
                   {}};
    }
    contents[file.AsString()].push_back(tensor);
  }
  return contents;
}

Result<std::vector<Shard>> OpenIndexed(const FileSystem& files, const std::string& folder) {
  PLAIT_TRY(ShardContents contents, ReadIndex(files, JoinPath(folder, kIndexFile)));
  std::vector<Shard> shards;
  for (const auto& [file, tensors] : contents) {
    std::string path = JoinPath(folder, file);
    if (!files.IsFile(path)) {
      return Error{FailureKind::ModelFileMissing, fmt::format("`{}` is missing, which `{}` names", file, kIndexFile), folder, {}};
    }
    PLAIT_TRY(Shard shard, OpenShard(path));
    for (const std::string& tensor : tensors) {
      if (shard.header.Find(tensor) == nullptr) {
        return Error{FailureKind::WeightsInvalid,
                     fmt::format("tensor {} is missing, which `{}` places here", QuoteJson(tensor), kIndexFile),
                     path,
                     {}};
      }
    }
    shards.push_back(std::move(shard));
  }
  return shards;
}

Error NoWeights(const FileSystem& files, const std::string& folder) {
  Error error{FailureKind::ModelFileMissing, fmt::format("`{}` is missing", kWeightsFile), folder, {}};
  if (files.IsFile(JoinPath(folder, "pytorch_model.bin"))) {
    error.message = fmt::format("`pytorch_model.bin` is here, `{}` is missing", kWeightsFile);
    return std::move(error).WithNote("fix", "convert it to safetensors: load it with transformers and call `save_pretrained` on it");
  }
  return error;
}

Result<std::vector<Shard>> OpenWeights(const FileSystem& files, const std::string& folder) {
  std::string single = JoinPath(folder, kWeightsFile);
  if (files.IsFile(single)) {
    std::vector<Shard> shards;
    PLAIT_TRY(Shard shard, OpenShard(single));
    shards.push_back(std::move(shard));
    return shards;
  }
  if (files.IsFile(JoinPath(folder, kIndexFile))) {
    return OpenIndexed(files, folder);
  }
  return NoWeights(files, folder);
}

/// Whether one name is the other with some module path before it.
bool DiffersByPrefix(std::string_view a, std::string_view b) {
  std::string_view longer = a.size() > b.size() ? a : b;
  std::string_view shorter = a.size() > b.size() ? b : a;
  return longer.size() > shorter.size() && longer.ends_with(shorter) && longer[longer.size() - shorter.size() - 1] == '.';
}

}  // namespace

struct Checkpoint::Impl {
  struct Place {
    const SafetensorsTensor* tensor;
    const MappedFile* file;
  };

  std::string folder;
  Value config;
  Value generation_config;
  std::vector<Shard> shards;
  std::map<std::string_view, Place> tensors;

  Result<void> IndexTensors();
  [[nodiscard]] std::vector<std::string> NamesNear(std::string_view name) const;
};

Result<void> Checkpoint::Impl::IndexTensors() {
  for (const Shard& shard : shards) {
    for (const SafetensorsTensor& tensor : shard.header.tensors) {
      if (!tensors.try_emplace(tensor.name, Place{&tensor, &shard.file}).second) {
        return Error{FailureKind::WeightsInvalid, fmt::format("tensor {} is in two shards", QuoteJson(tensor.name)), folder, {}};
      }
    }
  }
  return {};
}

std::vector<std::string> Checkpoint::Impl::NamesNear(std::string_view name) const {
  constexpr size_t kMostNames = 3;
  auto wanted = static_cast<unsigned>(name.size() / 4);
  std::multimap<unsigned, std::string> by_distance;
  for (const auto& [other, place] : tensors) {
    if (DiffersByPrefix(name, other)) {
      by_distance.emplace(0, other);
      continue;
    }
    unsigned distance = llvm::StringRef(name.data(), name.size()).edit_distance({other.data(), other.size()}, true, wanted);
    if (distance <= wanted) {
      by_distance.emplace(distance, other);
    }
  }
  std::vector<std::string> names;
  for (const auto& [distance, other] : by_distance) {
    if (names.size() < kMostNames) {
      names.push_back(fmt::format("`{}`", other));
    }
  }
  return names;
}

Checkpoint::Checkpoint(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Checkpoint::Checkpoint(Checkpoint&&) noexcept = default;
Checkpoint& Checkpoint::operator=(Checkpoint&&) noexcept = default;
Checkpoint::~Checkpoint() = default;

Result<Checkpoint> Checkpoint::Open(const std::string& folder) {
  std::unique_ptr<FileSystem> files = MakeRealFileSystem();
  if (!files->IsDirectory(folder)) {
    return Error{FailureKind::ModelFileMissing, "there is no such folder", folder, {}};
  }
  auto impl = std::make_unique<Impl>();
  impl->folder = folder;
  std::string config_path = JoinPath(folder, "config.json");
  if (!files->IsFile(config_path)) {
    return Error{FailureKind::ModelFileMissing, "`config.json` is missing", folder, {}};
  }
  PLAIT_TRY(impl->config, ReadObject(*files, config_path, FailureKind::ModelConfigInvalid));
  std::string generation_path = JoinPath(folder, "generation_config.json");
  if (files->IsFile(generation_path)) {
    PLAIT_TRY(impl->generation_config, ReadObject(*files, generation_path, FailureKind::ModelConfigInvalid));
  }
  PLAIT_TRY(impl->shards, OpenWeights(*files, folder));
  PLAIT_TRY_VOID(impl->IndexTensors());
  return Checkpoint(std::move(impl));
}

const std::string& Checkpoint::folder() const { return impl_->folder; }
const Value& Checkpoint::config() const { return impl_->config; }
const Value& Checkpoint::generation_config() const { return impl_->generation_config; }

bool Checkpoint::is_stand_in() const {
  return std::any_of(impl_->shards.begin(), impl_->shards.end(),
                     [](const Shard& shard) { return shard.header.metadata.contains(std::string(kStandInKey)); });
}

std::string Checkpoint::Identity() const {
  Sha256 digest;
  digest.Add(ToJson(impl_->config));
  std::string files;
  for (const Shard& shard : impl_->shards) {
    const std::string_view text = shard.text();
    // The file was parsed, so its first bytes say how long its header is.
    digest.Add(text.substr(0, *SafetensorsHeaderBytes(text, text.size(), impl_->folder)));
    AddSamples(shard, digest);
    files += fmt::format(" {}@{}", text.size(), shard.file.modified());
  }
  return digest.Text() + files;
}

bool Checkpoint::Has(std::string_view tensor_name) const { return impl_->tensors.contains(tensor_name); }

std::vector<std::string> Checkpoint::TensorNames() const {
  std::vector<std::string> names;
  for (const auto& [name, place] : impl_->tensors) {
    names.emplace_back(name);
  }
  return names;
}

Result<TensorView> Checkpoint::Tensor(std::string_view name) const {
  auto found = impl_->tensors.find(name);
  if (found == impl_->tensors.end()) {
    Error error{FailureKind::WeightsMismatch, fmt::format("tensor `{}` is missing", name), impl_->folder, {}};
    std::vector<std::string> near = impl_->NamesNear(name);
    if (!near.empty()) {
      return std::move(error).WithNote("near names", fmt::format("{}", fmt::join(near, ", ")));
    }
    return error;
  }
  const auto& [tensor, file] = found->second;
  return TensorView{tensor->name, tensor->dtype, tensor->shape, file->bytes().subspan(tensor->begin, tensor->end - tensor->begin)};
}

void Checkpoint::Release(const TensorView& tensor) const {
  auto found = impl_->tensors.find(tensor.name);
  if (found != impl_->tensors.end()) {
    found->second.file->Release(tensor.bytes);
  }
}

void Checkpoint::ReleaseAll() const {
  for (const Shard& shard : impl_->shards) {
    shard.file.Release(shard.file.bytes());
  }
}

}  // namespace plait
