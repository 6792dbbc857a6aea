// The cache of packed weights: whole files, broken ones, two writers, and what leaves a full folder.
#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <unistd.h>

#include "runtime/cache/cache_folder.h"
#include "runtime/cache/weight_cache.h"
#include "tests/support/temp_folder.h"

namespace plait {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  /// A folder that is yet to be made.
  [[nodiscard]] std::string cache() const { return folder_.path() + "/a/cache"; }
  [[nodiscard]] std::vector<std::string> Files() const {
    std::vector<std::string> files;
    if (fs::exists(cache())) {
      for (const auto& item : fs::directory_iterator(cache())) {
        files.push_back(item.path().string());
      }
    }
    return files;
  }

 private:
  TempFolder folder_;
};

BlockFileLabels LabelsOf(const std::string& model) { return {"key of " + model, model, "int8"}; }

/// Bytes that differ from block to block; more than what is summed at once where `bytes` is large.
std::vector<std::byte> SomeBytes(size_t bytes, unsigned seed) {
  std::vector<std::byte> block(bytes);
  for (size_t i = 0; i < bytes; ++i) {
    block[i] = static_cast<std::byte>((i * 2654435761U + seed) >> 7U);
  }
  return block;
}

const std::vector<std::byte> kFirst = SomeBytes(3'000'001, 1);
const std::vector<std::byte> kSecond = SomeBytes(17, 2);

struct Use {
  explicit Use(const Folder& folder, uint64_t most_bytes = 0)
      : cache({folder.cache(), most_bytes, [this](const std::string& text) { notes.push_back(text); }}) {}

  void Keep(const std::string& model, ThreadTeam& team) {
    const std::vector<NamedBlock> blocks = {{"first", kFirst}, {"second", kSecond}, {"none", {}}};
    cache.Keep(LabelsOf(model), blocks, team);
  }

  /// Whether the cache has the model's blocks, equal to the bit; a file that is broken is removed.
  bool Has(const std::string& model, ThreadTeam& team) {
    std::optional<BlockFile> file = cache.Find(LabelsOf(model));
    std::vector<std::byte> first(kFirst.size());
    std::vector<std::byte> second(kSecond.size());
    if (!file) {
      return false;
    }
    for (const Result<void>& read : {file->Read("first", first, team), file->Read("second", second, team)}) {
      if (!read.ok()) {
        cache.Remove(LabelsOf(model), read.error());
        return false;
      }
    }
    CHECK(first == kFirst);
    CHECK(second == kSecond);
    cache.Use(*std::move(file));
    return true;
  }

  std::vector<std::string> notes;
  WeightCache cache;
};

void OnTeam(const std::function<void(ThreadTeam& team)>& body, int threads = 2) {
  ThreadPool pool(threads);
  pool.Run(body);
}

TEST_CASE("what was kept is found again, to the bit, on one thread and on more") {
  Folder folder;
  OnTeam([&](ThreadTeam& team) {
    Use use(folder);
    CHECK_FALSE(use.Has("m", team));
    use.Keep("m", team);
    CHECK(use.Has("m", team));
    CHECK_FALSE(use.Has("other", team));
    CHECK(use.notes.empty());
  });
  OnTeam([&](ThreadTeam& team) { CHECK(Use(folder).Has("m", team)); }, 1);
  REQUIRE(folder.Files().size() == 1);
  std::vector<CacheEntry> entries = ListCache(folder.cache());
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].labels == LabelsOf("m"));
  CHECK(entries[0].bytes == fs::file_size(entries[0].path));
}

TEST_CASE("a block of another size is not given") {
  Folder folder;
  OnTeam([&](ThreadTeam& team) {
    Use use(folder);
    use.Keep("m", team);
    std::optional<BlockFile> file = use.cache.Find(LabelsOf("m"));
    REQUIRE(file);
    std::vector<std::byte> out(kSecond.size() + 1);
    CHECK_FALSE(file->Read("second", out, team).ok());
    CHECK_FALSE(file->Read("third", out, team).ok());
  });
}

TEST_CASE("a file that is changed or cut anywhere is removed with a note") {
  Folder folder;
  OnTeam([&](ThreadTeam& team) {
    Use(folder).Keep("m", team);
    const std::string path = folder.Files().at(0);
    std::stringstream whole;
    whole << std::ifstream(path, std::ios::binary).rdbuf();
    const std::string bytes = whole.str();
    auto check = [&](const std::string& broken) {
      std::ofstream(path, std::ios::binary) << broken;
      Use use(folder);
      CHECK_FALSE(use.Has("m", team));
      CHECK(use.notes.size() == 1);
      CHECK(use.notes.at(0).find("`m`") != std::string::npos);
      CHECK(folder.Files().empty());
    };
    // Head, index, the first block's first chunk and its last, the second block.
    for (size_t place : {size_t{0}, size_t{9}, size_t{20}, size_t{28}, size_t{33}, size_t{47}, size_t{60}, size_t{200}, size_t{5000},
                         size_t{3'000'000}, bytes.size() - 4093}) {
      std::string changed = bytes;
      changed[place] = static_cast<char>(changed[place] ^ 0x10);
      INFO("byte " << place << " of " << bytes.size());
      check(changed);
    }
    for (size_t size : {size_t{0}, size_t{1}, size_t{47}, size_t{48}, size_t{100}, size_t{4096}, bytes.size() - 1}) {
      INFO("cut to " << size);
      check(bytes.substr(0, size));
    }
    check(bytes + "x");
    check(std::string(bytes.size(), '\0'));
  });
}

TEST_CASE("a file that is cut while it is read is an error, no signal") {
  Folder folder;
  OnTeam([&](ThreadTeam& team) {
    Use use(folder);
    use.Keep("m", team);
    std::optional<BlockFile> file = use.cache.Find(LabelsOf("m"));
    REQUIRE(file);
    fs::resize_file(folder.Files().at(0), 8192);
    std::vector<std::byte> out(kFirst.size());
    CHECK_FALSE(file->Read("first", out, team).ok());
  });
}

TEST_CASE("a file with another key is not taken, and a file of a name is replaced") {
  Folder folder;
  OnTeam([&](ThreadTeam& team) {
    Use use(folder);
    use.Keep("m", team);
    const std::string path = folder.Files().at(0);
    use.Keep("n", team);
    for (const std::string& other : folder.Files()) {
      if (other != path) {
        fs::rename(other, path);
      }
    }
    CHECK_FALSE(use.Has("m", team));
    CHECK(use.notes.size() == 1);
    use.Keep("m", team);
    use.Keep("m", team);
    CHECK(use.Has("m", team));
    CHECK(folder.Files().size() == 1);
  });
}

TEST_CASE("a folder that cannot be made or written costs one note") {
  Folder folder;
  // Also root cannot make a folder in a file.
  std::ofstream(fs::path(folder.cache()).parent_path()) << "a file";
  OnTeam([&](ThreadTeam& team) {
    Use use(folder);
    CHECK_FALSE(use.Has("m", team));
    use.Keep("m", team);
    use.Keep("n", team);
    REQUIRE(use.notes.size() == 1);
    CHECK(use.notes[0].find(folder.cache()) != std::string::npos);
    CHECK(ListCache(folder.cache()).empty());
    CHECK(DefaultCacheBound(folder.cache()) > 0);
  });
}

TEST_CASE("writers at the same time leave one whole file") {
  Folder folder;
  std::vector<std::thread> writers;
  for (int i = 0; i < 4; ++i) {
    writers.emplace_back([&] {
      OnTeam(
          [&](ThreadTeam& team) {
            Use use(folder);
            for (int round = 0; round < 8; ++round) {
              use.Keep("m", team);
              use.Has("m", team);
            }
            CHECK(use.notes.empty());
          },
          1);
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  CHECK(folder.Files().size() == 1);
  OnTeam([&](ThreadTeam& team) { CHECK(Use(folder).Has("m", team)); });
}

TEST_CASE("what was used longest ago leaves first, and never what is in use") {
  Folder folder;
  constexpr uint64_t kBound = 10'000'000;  // three files
  OnTeam([&](ThreadTeam& team) {
    for (const char* model : {"a", "b", "c"}) {
      Use(folder, kBound).Keep(model, team);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    CHECK(Use(folder, kBound).Has("a", team));
    Use(folder, kBound).Keep("d", team);
    CHECK(Use(folder, kBound).Has("a", team));
    CHECK_FALSE(Use(folder, kBound).Has("b", team));

    Use other(folder, kBound);
    CHECK(other.Has("c", team));
    CHECK(other.Has("d", team));
    CHECK(other.Has("a", team));
    Use use(folder, kBound);
    use.Keep("e", team);
    CHECK(use.notes.size() == 1);
    CHECK(folder.Files().size() == 3);
  });
  OnTeam([&](ThreadTeam& team) {
    Use use(folder, kBound);
    use.Keep("e", team);
    CHECK(use.notes.empty());
    CHECK(use.Has("e", team));
    CHECK(folder.Files().size() == 3);
    Use small(folder, 1000);
    small.Keep("f", team);
    CHECK(small.notes.size() == 1);
    CHECK(folder.Files().size() == 3);
  });
}

TEST_CASE("what a writer left that died is removed") {
  Folder folder;
  OnTeam([&](ThreadTeam& team) {
    Use(folder).Keep("m", team);
    std::ofstream(folder.Files().at(0) + ".abcdef.part") << "half";
    CHECK(folder.Files().size() == 2);
    Use(folder).Keep("n", team);
    for (const std::string& file : folder.Files()) {
      CHECK(file.ends_with(kCacheFileEnding));
    }
  });
}

}  // namespace
}  // namespace plait
