#include "runtime/weights/mapped_file.h"

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plait {

Result<MappedFile> MappedFile::Open(const std::string& path) {
  auto fail = [&](std::string_view what) {
    return Error{FailureKind::WeightsInvalid, fmt::format("{} failed: {}", what, std::strerror(errno)), path, {}};
  };
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return fail("opening the file");
  }
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) {
    Error error = fail("asking for the file's size");
    ::close(descriptor);
    return error;
  }
  MappedFile file;
  constexpr int64_t kNano = 1'000'000'000;
  file.modified_ = status.st_mtim.tv_sec * kNano + status.st_mtim.tv_nsec;
  auto size = static_cast<size_t>(status.st_size);
  if (size > 0) {
    void* start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (start == MAP_FAILED) {
      Error error = fail("mapping the file into memory");
      ::close(descriptor);
      return error;
    }
    file.bytes_ = {static_cast<const std::byte*>(start), size};
  }
  ::close(descriptor);
  return file;
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})), modified_(other.modified_) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(modified_, other.modified_);
  return *this;
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) {
    ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
  }
}

void MappedFile::Release(std::span<const std::byte> part) const {
  if (part.empty()) {
    return;
  }
  auto page = static_cast<uintptr_t>(::sysconf(_SC_PAGESIZE));
  // Neighbours that share the first or the last page lose it too; they read it again when they need it.
  uintptr_t begin = reinterpret_cast<uintptr_t>(part.data()) / page * page;
  uintptr_t end = reinterpret_cast<uintptr_t>(part.data()) + part.size();
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace plait
