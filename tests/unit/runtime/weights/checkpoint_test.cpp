// Checkpoint folders: whole, sharded, and broken in every way that a download or a hand can break them.
#include "runtime/weights/checkpoint.h"

#include <doctest/doctest.h>

#include <unistd.h>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_folder.h"

namespace plait {
namespace {

class Folder : public TempFolder {
 public:
  Folder& Add(const std::string& name, const std::string& text) {
    Write(name, text);
    return *this;
  }
};

std::string Safetensors(const std::string& header, const std::string& data) {
  std::string file;
  for (int i = 0; i < 8; ++i) {
    file += static_cast<char>(header.size() >> (8 * i) & 0xff);
  }
  return file + header + data;
}

std::string OneTensor(const std::string& name) {
  return Safetensors(R"({"__metadata__":{"format":"pt"},")" + name + R"(":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})",
                     name.substr(0, 4));
}

void CheckFails(const Folder& folder, FailureKind kind, std::string_view message_part) {
  Result<Checkpoint> checkpoint = Checkpoint::Open(folder.path());
  REQUIRE(!checkpoint.ok());
  INFO(RenderError(checkpoint.error(), false));
  CHECK(checkpoint.error().kind == kind);
  CHECK(RenderError(checkpoint.error(), false).find(message_part) != std::string::npos);
}

TEST_CASE("one file") {
  Folder folder;
  folder.Add("config.json", R"({"model_type":"gpt2"})").Add("model.safetensors", OneTensor("wte.weight"));
  Result<Checkpoint> checkpoint = Checkpoint::Open(folder.path());
  REQUIRE(checkpoint.ok());
  CHECK(checkpoint->folder() == folder.path());
  CHECK(checkpoint->config().Field("model_type")->AsString() == "gpt2");
  CHECK(checkpoint->generation_config().is_null());
  CHECK(!checkpoint->is_stand_in());
  CHECK(checkpoint->Has("wte.weight"));
  CHECK(checkpoint->TensorNames() == std::vector<std::string>{"wte.weight"});
  Result<TensorView> tensor = checkpoint->Tensor("wte.weight");
  REQUIRE(tensor.ok());
  CHECK(tensor->dtype == "U8");
  CHECK(tensor->shape == std::vector<int64_t>{4});
  CHECK(std::memcmp(tensor->bytes.data(), "wte.", 4) == 0);
  checkpoint->Release(*tensor);
  CHECK(std::memcmp(tensor->bytes.data(), "wte.", 4) == 0);
}

/// KiB of a mapped file that this process holds.
int64_t ResidentKib(const std::string& path) {
  std::ifstream maps("/proc/self/smaps");
  int64_t kib = 0;
  bool is_file = false;
  for (std::string line; std::getline(maps, line);) {
    if (line.find('-') < line.find(' ')) {
      is_file = line.ends_with(path);
    } else if (is_file && line.starts_with("Rss:")) {
      kib += std::stoll(line.substr(4));
    }
  }
  return kib;
}

TEST_CASE("what was read of a checkpoint does not stay in memory once it is released") {
  Folder folder;
  folder.Add("config.json", "{}").Add("model.safetensors", OneTensor("wte.weight"));
  Result<Checkpoint> checkpoint = Checkpoint::Open(folder.path());
  REQUIRE(checkpoint.ok());
  Result<TensorView> tensor = checkpoint->Tensor("wte.weight");
  REQUIRE(tensor.ok());
  CHECK(std::memcmp(tensor->bytes.data(), "wte.", 4) == 0);
  CHECK(ResidentKib(folder.path() + "/model.safetensors") > 0);
  checkpoint->ReleaseAll();
  CHECK(ResidentKib(folder.path() + "/model.safetensors") == 0);
  CHECK(std::memcmp(tensor->bytes.data(), "wte.", 4) == 0);
}

TEST_CASE("a missing tensor is named, with names like it") {
  Folder folder;
  folder.Add("config.json", "{}").Add("model.safetensors", OneTensor("transformer.wte.weight"));
  Result<Checkpoint> checkpoint = Checkpoint::Open(folder.path());
  REQUIRE(checkpoint.ok());
  Result<TensorView> tensor = checkpoint->Tensor("wte.weight");
  REQUIRE(!tensor.ok());
  CHECK(tensor.error().kind == FailureKind::WeightsMismatch);
  CHECK(tensor.error().message == "tensor `wte.weight` is missing");
  REQUIRE(tensor.error().notes.size() == 1);
  CHECK(tensor.error().notes[0] == ErrorNote{"near names", "`transformer.wte.weight`"});
  CHECK(checkpoint->Tensor("transformer.wpe.weight").error().notes.size() == 1);
  CHECK(checkpoint->Tensor("classifier.bias").error().notes.empty());
}

TEST_CASE("shards") {
  Folder folder;
  folder.Add("config.json", "{}").Add("generation_config.json", R"({"eos_token_id":3})");
  folder.Add("one.safetensors", OneTensor("a.weight")).Add("two.safetensors", OneTensor("b.weight"));
  folder.Add("model.safetensors.index.json", R"({"weight_map":{"b.weight":"two.safetensors","a.weight":"one.safetensors"}})");
  Result<Checkpoint> checkpoint = Checkpoint::Open(folder.path());
  REQUIRE(checkpoint.ok());
  CHECK(checkpoint->generation_config().Field("eos_token_id")->AsInt() == 3);
  CHECK(checkpoint->TensorNames() == std::vector<std::string>{"a.weight", "b.weight"});
  CHECK(std::memcmp(checkpoint->Tensor("b.weight")->bytes.data(), "b.we", 4) == 0);
}

TEST_CASE("a stand-in says so") {
  Folder folder;
  folder.Add("config.json", "{}").Add("model.safetensors", Safetensors(R"({"__metadata__":{"plait.stand_in":"seed 1"}})", ""));
  Result<Checkpoint> checkpoint = Checkpoint::Open(folder.path());
  REQUIRE(checkpoint.ok());
  CHECK(checkpoint->is_stand_in());
}

std::string IdentityOf(const Folder& folder) {
  Result<Checkpoint> checkpoint = Checkpoint::Open(folder.path());
  REQUIRE(checkpoint.ok());
  return checkpoint->Identity();
}

TEST_CASE("weights of another content are others, also with the same header, size and time") {
  constexpr size_t kLarge = 100'000;
  constexpr size_t kSmall = 12'000;
  const std::string header = R"({"large":{"dtype":"U8","shape":[100000],"data_offsets":[0,100000]},)"
                             R"("small":{"dtype":"U8","shape":[12000],"data_offsets":[100000,112000]}})";
  const std::filesystem::file_time_type time{std::chrono::seconds(1)};
  auto write = [&](Folder& folder, const std::string& data, std::filesystem::file_time_type at) {
    folder.Add("config.json", "{}").Add("model.safetensors", Safetensors(header, data));
    std::filesystem::last_write_time(folder.path() + "/model.safetensors", at);
  };
  Folder folder;
  const std::string data(kLarge + kSmall, 'a');
  write(folder, data, time);
  const std::string identity = IdentityOf(folder);
  for (size_t changed : {size_t{0}, size_t{4095}, kLarge / 2, kLarge - 4096, kLarge - 1, kLarge, kLarge + 4500, kLarge + kSmall - 1}) {
    INFO(changed);
    std::string other = data;
    other[changed] = 'b';
    write(folder, other, time);
    CHECK(IdentityOf(folder) != identity);
  }
  // What is not sampled is told by the time.
  std::string between = data;
  between[kLarge / 4] = 'b';
  write(folder, between, time + std::chrono::nanoseconds(1));
  CHECK(IdentityOf(folder) != identity);
  // The same weights elsewhere are the same.
  Folder copy;
  write(copy, data, time);
  CHECK(IdentityOf(copy) == identity);
}

TEST_CASE("files that are missing") {
  Folder folder;
  CHECK(Checkpoint::Open(folder.path() + "/none").error().kind == FailureKind::ModelFileMissing);
  CheckFails(folder, FailureKind::ModelFileMissing, "`config.json` is missing");
  folder.Add("config.json", "{}");
  CheckFails(folder, FailureKind::ModelFileMissing, "`model.safetensors` is missing");
  folder.Add("pytorch_model.bin", "x");
  CheckFails(folder, FailureKind::ModelFileMissing, "convert it to safetensors");
  folder.Add("model.safetensors.index.json", R"({"weight_map":{"a":"one.safetensors"}})");
  CheckFails(folder, FailureKind::ModelFileMissing, "`one.safetensors` is missing");
}

TEST_CASE("files that are broken") {
  Folder folder;
  folder.Add("config.json", "{").Add("model.safetensors", OneTensor("a.weight"));
  CheckFails(folder, FailureKind::ModelConfigInvalid, "config.json");
  folder.Add("config.json", "[]");
  CheckFails(folder, FailureKind::ModelConfigInvalid, "a list, expected an object");
  folder.Add("config.json", "{}").Add("generation_config.json", "nonsense");
  CheckFails(folder, FailureKind::ModelConfigInvalid, "generation_config.json");
  folder.Add("generation_config.json", "{}").Add("model.safetensors", "");
  CheckFails(folder, FailureKind::WeightsInvalid, "too few");
  std::string whole = OneTensor("a.weight");
  folder.Add("model.safetensors", whole.substr(0, whole.size() - 2));
  CheckFails(folder, FailureKind::WeightsInvalid, "\"a.weight\": its range 0–4 is not within the file's 2 bytes");
  folder.Add("model.safetensors", whole.substr(0, 20));
  CheckFails(folder, FailureKind::WeightsInvalid, "truncated");
}

TEST_CASE("indexes that are broken") {
  Folder folder;
  folder.Add("config.json", "{}").Add("one.safetensors", OneTensor("a.weight")).Add("two.safetensors", OneTensor("a.weight"));
  auto index = [&](const std::string& text) { folder.Add("model.safetensors.index.json", text); };
  index("{}");
  CheckFails(folder, FailureKind::WeightsInvalid, "`weight_map` is missing");
  index(R"({"weight_map":{"a.weight":"../one.safetensors"}})");
  CheckFails(folder, FailureKind::WeightsInvalid, "expected a file name");
  index(R"({"weight_map":{"b.weight":"one.safetensors"}})");
  CheckFails(folder, FailureKind::WeightsInvalid, "tensor \"b.weight\" is missing");
  index(R"({"weight_map":{"a.weight":"one.safetensors","a.weight":"two.safetensors"}})");
  CheckFails(folder, FailureKind::WeightsInvalid, "stands twice");
}

}  // namespace
}  // namespace plait
