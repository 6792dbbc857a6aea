// Models whose packed weights come from the cache are, to the bit, those whose weights were computed.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <list>
#include <map>

#include "loaded.h"
#include "runtime/cache/block_file.h"
#include "runtime/cache/cache_folder.h"
#include "stored_types.h"

namespace plait {
namespace {

namespace fs = std::filesystem;

constexpr const char* kModels[] = {"gpt2", "gpt2_untied", "bert", "distilbert", "roberta"};

/// What a folder keeps, by format.
std::vector<std::string> Formats(const TempFolder& folder) {
  std::vector<std::string> formats;
  for (const CacheEntry& entry : ListCache(folder.path())) {
    formats.push_back(entry.labels.format);
  }
  std::sort(formats.begin(), formats.end());
  return formats;
}

/// The logits of the recorded tokens, with the draft's behind them where there is one.
std::vector<float> Logits(CausalLm& model, const std::string& name, ThreadTeam& team) {
  const std::vector<int32_t> tokens = RecordedTokens(name);
  std::vector<float> all;
  for (WeightCopy copy : {WeightCopy::Main, WeightCopy::Draft}) {
    if (copy == WeightCopy::Main || model.has_draft()) {
      std::unique_ptr<KeyValueCache> past = model.NewCache(1, model.max_positions());
      CausalLm::Step step{0, tokens, static_cast<int64_t>(tokens.size())};
      std::span<const float> logits = model.Forward({&step, 1}, copy, *past, team);
      all.insert(all.end(), logits.begin(), logits.end());
    }
  }
  return all;
}

/// Those of the recorded texts.
std::vector<float> Logits(SequenceClassifier& model, const std::string& name, ThreadTeam& team) {
  const std::vector<Text> texts = RecordedTexts(name);
  return ValueOrFail(model.Forward(InputsOf(texts), team, Cancellation()));
}

/// The vectors of all tokens.
std::vector<float> Logits(Encoder& model, const std::string& name, ThreadTeam& team) {
  const std::vector<Text> texts = RecordedTexts(name);
  const at::Tensor vectors = ValueOrFail(model.AllTokens(InputsOf(texts), team, Cancellation()));
  const auto* floats = vectors.const_data_ptr<float>();
  return {floats, floats + vectors.numel()};
}

struct Loaded {
  std::vector<float> logits;
  std::vector<std::string> notes;
};

/// Loads the model in `folder` as the recorded `name` and runs it; without a cache where `cache_folder` is empty.
Loaded LoadAndRun(const std::string& name, const std::string& folder, Precision precision, const std::string& cache_folder, int threads = 2,
                  bool has_head = true) {
  Loaded loaded;
  ThreadPool pool(threads);
  pool.Run([&](ThreadTeam& team) {
    WeightCache cache({cache_folder, 0, [&](const std::string& text) { loaded.notes.push_back(text); }});
    LoadOptions options;
    options.precision = precision;
    options.keeps_draft = true;
    options.cache = {cache_folder.empty() ? nullptr : &cache, name};
    if (name.starts_with("gpt2")) {
      loaded.logits = Logits(*LoadDecoder(folder, options, team), name, team);
    } else if (!has_head) {
      loaded.logits = Logits(*LoadEncoder(folder, options, team), name, team);
    } else {
      loaded.logits = Logits(*LoadClassifier(folder, options, team), name, team);
    }
  });
  return loaded;
}

bool IsLayerWeight(const std::string& name, const FileTensor& tensor) {
  return tensor.shape.size() == 2 && name.find("embeddings") == std::string::npos && name.find("wpe") == std::string::npos &&
         name.find("wte") == std::string::npos;
}

/// Writes zeros over the weights of the linear layers; size and time of the file stay as they were.
void WipeLayers(ModelCopy& copy) {
  const fs::path weights = copy.path() + "/model.safetensors";
  const auto time = fs::last_write_time(weights);
  copy.ChangeWeights([](FileTensors& tensors) {
    for (auto& [name, tensor] : tensors) {
      if (IsLayerWeight(name, tensor)) {
        tensor.bytes.assign(tensor.bytes.size(), '\0');
      }
    }
  });
  fs::last_write_time(weights, time);
}

/// What the cache keeps of the model, by format. `others` are left out.
std::map<std::string, CacheEntry> KeptBut(const TempFolder& folder, const std::map<std::string, CacheEntry>& others = {}) {
  std::map<std::string, CacheEntry> kept;
  for (const CacheEntry& entry : ListCache(folder.path())) {
    auto other = others.find(entry.labels.format);
    if (other == others.end() || other->second.path != entry.path) {
      kept[entry.labels.format] = entry;
    }
  }
  return kept;
}

/// Writes one entry's blocks in place of another's, under the key of the latter.
void GiveBlocks(const CacheEntry& from, const CacheEntry& to, ThreadTeam& team) {
  constexpr size_t kHeadBytes = 48;
  const std::string file = ReadText(from.path);
  uint64_t index_bytes = 0;
  std::memcpy(&index_bytes, file.data() + 16, sizeof(index_bytes));
  Result<Value> index = ParseJson(file.substr(kHeadBytes, index_bytes), from.path, FailureKind::WeightsInvalid);
  Result<BlockFile> source = BlockFile::Open(from.path);
  REQUIRE(source.ok());
  std::list<std::vector<std::byte>> memory;
  std::vector<NamedBlock> blocks;
  for (const Value& block : index->Field("blocks")->AsList()) {
    std::vector<std::byte>& bytes = memory.emplace_back(static_cast<size_t>(block.AsList()[2].AsInt()));
    REQUIRE(source->Read(block.AsList()[0].AsString(), bytes, team).ok());
    blocks.push_back({block.AsList()[0].AsString(), bytes});
  }
  REQUIRE(WriteBlockFile(to.path, to.labels, blocks, team).ok());
}

TEST_CASE("from the cache as computed, and without reading the layers' weights") {
  for (const char* name : kModels) {
    for (Precision precision : {Precision::Int8, Precision::Bf16}) {
      INFO(name);
      ModelCopy copy(name);
      copy.ChangeWeights([](FileTensors& /*tensors*/) {});  // the order that a later change keeps
      TempFolder folder;
      const Loaded computed = LoadAndRun(name, copy.path(), precision, "");
      const Loaded first = LoadAndRun(name, copy.path(), precision, folder.path());
      CHECK(first.logits == computed.logits);
      const std::map<std::string, CacheEntry> kept = KeptBut(folder);
      CHECK(kept.size() == (std::string(name).starts_with("gpt2") && precision == Precision::Bf16 ? 2 : 1));
      CHECK(LoadAndRun(name, copy.path(), precision, folder.path(), 1).logits == computed.logits);

      ModelCopy wiped(name);
      WipeLayers(wiped);
      const Loaded other = LoadAndRun(name, wiped.path(), precision, folder.path());
      CHECK(other.logits != computed.logits);
      ThreadPool(1).Run([&](ThreadTeam& team) {
        for (const auto& [format, entry] : KeptBut(folder, kept)) {
          GiveBlocks(entry, kept.at(format), team);
        }
      });
      // The copy's files are as they were, so what it answers now with can only come from the cache.
      const Loaded cached = LoadAndRun(name, copy.path(), precision, folder.path());
      CHECK(cached.logits == other.logits);
      CHECK(first.notes.empty());
      CHECK(cached.notes.empty());
    }
  }
}

TEST_CASE("exact fp32 weights are not kept, and their copy for drafts is what int8 has") {
  TempFolder folder;
  const Loaded computed = LoadAndRun("gpt2", OraclePath("gpt2"), Precision::Exact, "");
  CHECK(LoadAndRun("gpt2", OraclePath("gpt2"), Precision::Exact, folder.path()).logits == computed.logits);
  CHECK(Formats(folder) == std::vector<std::string>{"int8"});
  CHECK(LoadAndRun("gpt2", OraclePath("gpt2"), Precision::Exact, folder.path()).logits == computed.logits);
  const Loaded int8 = LoadAndRun("gpt2", OraclePath("gpt2"), Precision::Int8, "");
  CHECK(LoadAndRun("gpt2", OraclePath("gpt2"), Precision::Int8, folder.path()).logits == int8.logits);
  CHECK(Formats(folder) == std::vector<std::string>{"int8"});
  TempFolder none;
  LoadAndRun("bert", OraclePath("bert"), Precision::Exact, none.path());
  CHECK(Formats(none).empty());
}

TEST_CASE("a bf16 checkpoint's panels are kept too") {
  ModelCopy copy("gpt2");
  copy.ChangeWeights(StoreAsBf16);
  TempFolder folder;
  const Loaded computed = LoadAndRun("gpt2", copy.path(), Precision::Exact, "");
  for (int i = 0; i < 2; ++i) {
    CHECK(LoadAndRun("gpt2", copy.path(), Precision::Exact, folder.path()).logits == computed.logits);
    CHECK(Formats(folder) == std::vector<std::string>{"exact", "int8"});
  }
}

TEST_CASE("an embedder and a classifier of one checkpoint share a file, whichever comes first") {
  for (const char* name : kEncoders) {
    INFO(name);
    TempFolder folder;
    const std::string path = OraclePath(name);
    const Loaded embedder = LoadAndRun(name, path, Precision::Int8, "", 2, false);
    const Loaded classifier = LoadAndRun(name, path, Precision::Int8, "");
    for (bool has_head : {false, true, false, true}) {
      const Loaded cached = LoadAndRun(name, path, Precision::Int8, folder.path(), 2, has_head);
      CHECK(cached.logits == (has_head ? classifier : embedder).logits);
      CHECK(cached.notes.empty());
      CHECK(Formats(folder).size() == 1);
    }
  }
}

TEST_CASE("weights that changed never come from the cache, whatever the time of their file") {
  ModelCopy copy("bert");
  copy.ChangeWeights([](FileTensors& /*tensors*/) {});  // the order that a later change keeps
  TempFolder folder;
  LoadAndRun("bert", copy.path(), Precision::Int8, folder.path());
  const std::vector<float> before = LoadAndRun("bert", copy.path(), Precision::Int8, folder.path()).logits;
  const fs::path weights = copy.path() + "/model.safetensors";
  const auto time = fs::last_write_time(weights);
  WipeLayers(copy);
  CHECK(fs::last_write_time(weights) == time);
  const Loaded changed = LoadAndRun("bert", copy.path(), Precision::Int8, folder.path());
  CHECK(changed.logits != before);
  CHECK(changed.logits == LoadAndRun("bert", copy.path(), Precision::Int8, "").logits);
  CHECK(Formats(folder).size() == 2);
  // A file that was written again may be another between what the cache looks at.
  fs::last_write_time(weights, time + std::chrono::nanoseconds(1000));
  CHECK(LoadAndRun("bert", copy.path(), Precision::Int8, folder.path()).logits == changed.logits);
  CHECK(Formats(folder).size() == 3);
  // A configuration that is another is another model, also with the same weights.
  copy.ChangeConfig("\"model_type\"", "\"another\": 1, \"model_type\"");
  CHECK(LoadAndRun("bert", copy.path(), Precision::Int8, folder.path()).logits == changed.logits);
  CHECK(Formats(folder).size() == 4);
}

TEST_CASE("a file that breaks in the middle is made anew, whole") {
  TempFolder folder;
  const Loaded computed = LoadAndRun("roberta", OraclePath("roberta"), Precision::Int8, folder.path());
  const std::string path = ListCache(folder.path()).at(0).path;
  std::string bytes = ReadText(path);
  bytes[bytes.size() / 2 / 4096 * 4096] ^= 0x01;
  std::ofstream(path, std::ios::binary) << bytes;
  const Loaded repaired = LoadAndRun("roberta", OraclePath("roberta"), Precision::Int8, folder.path());
  CHECK(repaired.logits == computed.logits);
  CHECK(repaired.notes.size() == 1);
  const Loaded again = LoadAndRun("roberta", OraclePath("roberta"), Precision::Int8, folder.path());
  CHECK(again.logits == computed.logits);
  CHECK(again.notes.empty());
  CHECK(Formats(folder).size() == 1);
}

}  // namespace
}  // namespace plait
