// Files in memory and on the machine.
#include "compiler/base/file_system.h"

#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <llvm/ADT/SmallString.h>
#include <llvm/Support/FileSystem.h>

namespace plait {
namespace {

TEST_CASE("files in memory imply their folders") {
  InMemoryFileSystem files;
  files.Add("models/gpt2/config.json", "{}");
  files.Add("models-old/a", "x");
  CHECK(files.IsFile("models/gpt2/config.json"));
  CHECK_FALSE(files.IsFile("models/gpt2"));
  CHECK(files.IsDirectory("models"));
  CHECK(files.IsDirectory("models/gpt2"));
  CHECK_FALSE(files.IsDirectory("model"));
  CHECK_FALSE(files.IsDirectory("models/gpt2/config.json"));
  CHECK(*files.ReadFile("models/gpt2/config.json") == "{}");
  CHECK(*files.FileSize("models/gpt2/config.json") == 2);
  CHECK(*files.ReadPrefix("models/gpt2/config.json", 1) == "{");
  CHECK(*files.ReadPrefix("models/gpt2/config.json", 100) == "{}");
}

TEST_CASE("a missing file says so") {
  InMemoryFileSystem files;
  Result<std::string> text = files.ReadFile("nowhere");
  REQUIRE_FALSE(text.ok());
  CHECK(text.error().kind == FailureKind::FileNotFound);
  CHECK(text.error().message == "cannot read `nowhere`: no such file");
  CHECK_FALSE(files.FileSize("nowhere").ok());
}

TEST_CASE("the machine's files") {
  llvm::SmallString<128> unique;
  REQUIRE_FALSE(llvm::sys::fs::createUniqueDirectory("plait_file_system_test", unique));
  std::string folder(unique);
  std::string path = JoinPath(folder, "a.txt");
  std::string content(200'000, 'x');
  std::ofstream(path, std::ios::binary) << content;
  std::unique_ptr<FileSystem> files = MakeRealFileSystem();
  CHECK(*files->ReadFile(path) == content);
  CHECK(files->ReadPrefix(path, 70'000)->size() == 70'000);
  CHECK(files->ReadPrefix(path, 0)->empty());
  CHECK(*files->FileSize(path) == content.size());
  CHECK(files->IsFile(path));
  CHECK(files->IsDirectory(folder));
  CHECK_FALSE(files->IsFile(folder));
  CHECK(files->ReadFile(folder).error().message == "cannot read `" + folder + "`: it is a folder");
  CHECK(files->ReadFile(path + ".none").error().message == "cannot read `" + path + ".none`: no such file");
  CHECK_FALSE(files->FileSize(path + ".none").ok());
  CHECK_FALSE(llvm::sys::fs::remove_directories(folder, /*IgnoreErrors=*/false));
}

TEST_CASE("paths join and split at the last slash") {
  CHECK(JoinPath("a", "b") == "a/b");
  CHECK(JoinPath("a/", "b") == "a/b");
  CHECK(JoinPath("", "b") == "b");
  CHECK(JoinPath("a", "/b") == "/b");
  CHECK(ParentPath("a/b/c") == "a/b");
  CHECK(ParentPath("c").empty());
  CHECK(ParentPath("/c").empty());
}

}  // namespace
}  // namespace plait
