// plait.lock: its text, what is refused of it, and where it lies.
#include "compiler/catalog/lock_file.h"

#include <doctest/doctest.h>

using namespace plait;

namespace {

std::string Digest(char digit) { return "sha256:" + std::string(64, digit); }

std::string Refusal(const std::string& text) {
  Result<LockFile> lock = ReadLock(text, "a/plait.lock");
  REQUIRE_FALSE(lock.ok());
  CHECK(lock.error().kind == FailureKind::LockInvalid);
  return lock.error().place + ": " + lock.error().message;
}

}  // namespace

TEST_CASE("a lock reads back to itself, whatever the order") {
  LockFile lock{"plait.lock", {}};
  lock.Set({"path:models/\"odd\"", "", "", Digest('c')});
  lock.Set({"hf:a/b", "v1", "c0ffee", Digest('b')});
  lock.Set({"hf:a/b", "", "", Digest('9')});
  lock.Set({"hf:a/b", "", "", Digest('a')});
  std::string text = WriteLock(lock);
  Result<LockFile> read = ReadLock(text, "plait.lock");
  REQUIRE(read.ok());
  CHECK(*read == lock);
  CHECK(lock.models.size() == 3);
  CHECK(WriteLock({"other/plait.lock", {lock.models[2], lock.models[0], lock.models[1]}}) == text);
}

TEST_CASE("an entry is found by what the graph asks for, or by the commit that this was") {
  LockFile lock{"plait.lock", {{"hf:a/b", "", "1111", Digest('a')}, {"hf:a/b", "v1", "2222", Digest('b')}}};
  CHECK(lock.Find("hf:a/b", "")->digest == Digest('a'));
  CHECK(lock.Find("hf:a/b", "v1")->digest == Digest('b'));
  CHECK(lock.Find("hf:a/b", "2222")->digest == Digest('b'));
  CHECK(lock.Find("hf:a/b", "v2") == nullptr);
  CHECK(lock.Find("hf:a/c", "") == nullptr);
}

TEST_CASE("what is no lock is refused with its place") {
  const std::string model = "version = 1\n[[model]]\nsource = \"hf:a/b\"\n";
  const std::string digest = "digest = \"" + Digest('a') + "\"\n";
  CHECK(Refusal("version = ").starts_with("a/plait.lock:1:"));
  CHECK(Refusal("") == "a/plait.lock:1:1: `version` is missing, expected 1");
  CHECK(Refusal("version = 2") == "a/plait.lock:1:11: `version` is 2, this version of plait reads 1");
  CHECK(Refusal("version = 1\nmodels = []") == "a/plait.lock:2:1: the key `models` is unknown; did you mean `model`?");
  CHECK(Refusal("version = 1\nmodel = 3") == "a/plait.lock:2:9: `model` is no list of tables, expected `[[model]]`");
  CHECK(Refusal(model) == "a/plait.lock:2:1: a model has no `digest`, expected `sha256:` and 64 hexadecimal digits");
  CHECK(Refusal(model + "digest = \"sha256:12\"") == "a/plait.lock:4:10: `digest` is not `sha256:` and 64 hexadecimal digits");
  CHECK(Refusal(model + digest + "revison = \"1\"") == "a/plait.lock:5:1: the key `revison` is unknown; did you mean `revision`?");
  CHECK(Refusal(model + digest + "[[model]]\nsource = \"hf:a/b\"\n" + digest) == "a/plait.lock:5:1: `hf:a/b` stands here twice");
  for (const char* commit : {"../../etc", "", "a/b", ".."}) {
    CHECK(Refusal(model + digest + "revision = \"" + commit + "\"") == "a/plait.lock:5:12: `revision` is not a commit");
  }
}

TEST_CASE("a lock holds for the graphs beside and below it") {
  InMemoryFileSystem files;
  files.Add("graphs/plait.toml", "");
  files.Add("graphs/deep/a.graph", "");
  CHECK_FALSE(FindLock(files, "graphs/deep/a.graph"));
  CHECK(NewLockPath(files, "graphs/deep/a.graph") == "graphs/plait.lock");
  CHECK(NewLockPath(files, "other/a.graph") == "other/plait.lock");
  files.Add("graphs/plait.lock", "version = 1");
  CHECK(FindLock(files, "graphs/deep/a.graph") == "graphs/plait.lock");
  files.Add("graphs/deep/plait.lock", "version = 1");
  CHECK(FindLock(files, "graphs/deep/a.graph") == "graphs/deep/plait.lock");
}

TEST_CASE("a snapshot of the cache tells its commit") {
  CHECK(SnapshotRevision("/c/hub/models--a--b/snapshots/c0ffee") == "c0ffee");
  CHECK(SnapshotRevision("models--b/snapshots/1").size() == 1);
  CHECK(SnapshotRevision("/models/a/b").empty());
  CHECK(SnapshotRevision("b").empty());
}
