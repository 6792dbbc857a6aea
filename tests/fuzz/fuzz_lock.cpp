// Fuzzes the lock's reader: what it takes for a lock is written as text that reads back to the same lock.
#include "compiler/catalog/lock_file.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text = plait::fuzz::TextOf(data, size);
  plait::Result<plait::LockFile> lock = plait::ReadLock(text, "plait.lock");
  if (!lock.ok()) {
    plait::fuzz::Require(!lock.error().message.empty(), "a refusal says why");
    return 0;
  }
  std::string written = plait::WriteLock(*lock);
  plait::Result<plait::LockFile> again = plait::ReadLock(written, "plait.lock");
  plait::fuzz::Require(again.ok(), "a lock's text can be read");
  plait::fuzz::Require(*again == *lock, "a lock's text reads back to the same lock");
  for (const plait::LockedModel& model : lock->models) {
    plait::fuzz::Require(lock->Find(model.source, model.asked) != nullptr, "an entry is found");
  }
  return 0;
}
