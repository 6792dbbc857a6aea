// Files replaced as a whole.
#include "compiler/base/output_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include <fmt/format.h>

namespace plait {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / fmt::format("plait-output-file-{}", ::getpid())) { fs::create_directories(path_); }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] fs::path At(const char* name) const { return path_ / name; }
  [[nodiscard]] size_t Count() const { return static_cast<size_t>(std::distance(fs::directory_iterator(path_), {})); }

 private:
  fs::path path_;
};

std::string ReadAll(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

TEST_CASE("a file is made, then replaced, with nothing left beside it") {
  Folder folder;
  CHECK(WriteFileWhole(folder.At("a"), "one").ok());
  CHECK(WriteFileWhole(folder.At("a"), "two").ok());
  CHECK(ReadAll(folder.At("a")) == "two");
  CHECK(folder.Count() == 1);
}

TEST_CASE("a replaced file keeps its permissions") {
  Folder folder;
  std::ofstream(folder.At("a")) << "old";
  auto only_owner = fs::perms::owner_read | fs::perms::owner_write | fs::perms::owner_exec;
  fs::permissions(folder.At("a"), only_owner);
  CHECK(WriteFileWhole(folder.At("a"), "new").ok());
  CHECK(fs::status(folder.At("a")).permissions() == only_owner);
}

TEST_CASE("a link stays, and the file that it leads to is replaced") {
  Folder folder;
  std::ofstream(folder.At("file")) << "old";
  fs::create_symlink(folder.At("file"), folder.At("link"));
  CHECK(WriteFileWhole(folder.At("link"), "new").ok());
  CHECK(fs::is_symlink(folder.At("link")));
  CHECK(ReadAll(folder.At("file")) == "new");
}

TEST_CASE("what cannot be written is named") {
  Folder folder;
  Result<void> written = WriteFileWhole(folder.At("none/a"), "x");
  REQUIRE_FALSE(written.ok());
  CHECK(written.error().message.find("none/a`: No such file or directory") != std::string::npos);
}

}  // namespace
}  // namespace plait
