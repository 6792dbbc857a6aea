#include "runtime/cache/block_file.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <llvm/Support/xxhash.h>
#include <sys/stat.h>

#include "compiler/base/file_system.h"
#include "compiler/formats/json.h"

namespace plait {
namespace {

constexpr std::array<char, 8> kMagic = {'P', 'L', 'A', 'I', 'T', 'P', 'W', '\n'};
constexpr uint64_t kVersion = 1;
constexpr uint64_t kAlignment = 4096;
constexpr uint64_t kMostIndexBytes = uint64_t{64} << 20U;
/// What is read and summed at once, so that the threads of a team share a block.
constexpr uint64_t kChunk = uint64_t{1} << 20U;

struct Head {
  std::array<char, 8> magic = kMagic;
  uint64_t version = kVersion;
  uint64_t index_bytes = 0;
  uint64_t file_bytes = 0;
  uint64_t index_checksum = 0;
  /// Of what stands before it.
  uint64_t checksum = 0;
};
static_assert(sizeof(Head) == 48 && std::is_trivially_copyable_v<Head>);

uint64_t Checksum(std::span<const std::byte> bytes) {
  return llvm::xxh3_64bits(llvm::ArrayRef(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()));
}

uint64_t HeadChecksum(const Head& head) { return Checksum(std::as_bytes(std::span(&head, 1)).first(offsetof(Head, checksum))); }
uint64_t AlignUp(uint64_t offset) { return (offset + kAlignment - 1) / kAlignment * kAlignment; }

/// The checksum of a block: of the checksums of its chunks. `fetch` may fill a chunk first, and says whether it could.
template <class Bytes, class Fetch>
std::optional<uint64_t> BlockChecksum(std::span<Bytes> bytes, ThreadTeam& team, Fetch fetch) {
  const auto chunks = static_cast<int64_t>((bytes.size() + kChunk - 1) / kChunk);
  std::vector<uint64_t> sums(static_cast<size_t>(chunks));
  std::atomic<bool> is_fine = true;
  team.ParallelFor(chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const uint64_t offset = static_cast<uint64_t>(i) * kChunk;
      std::span<Bytes> chunk = bytes.subspan(offset, std::min<uint64_t>(kChunk, bytes.size() - offset));
      if (!fetch(chunk, offset)) {
        is_fine = false;
        return;
      }
      sums[static_cast<size_t>(i)] = Checksum(chunk);
    }
  });
  return is_fine ? std::optional(Checksum(std::as_bytes(std::span(sums)))) : std::nullopt;
}

bool ReadAt(int file, std::span<std::byte> out, uint64_t offset) {
  while (!out.empty()) {
    ssize_t count = ::pread(file, out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return false;
    }
    out = out.subspan(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
  return true;
}

bool WriteAt(int file, std::span<const std::byte> bytes, uint64_t offset) {
  while (!bytes.empty()) {
    ssize_t count = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return false;
    }
    bytes = bytes.subspan(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
  return true;
}

/// Where each block begins, counted from where the first may, and where the last ends.
struct Layout {
  std::vector<uint64_t> begins;
  uint64_t end = 0;
};

Layout LayOut(std::span<const NamedBlock> blocks) {
  Layout layout;
  for (const NamedBlock& block : blocks) {
    layout.begins.push_back(layout.end);
    layout.end = AlignUp(layout.end + block.bytes.size());
  }
  return layout;
}

/// The index; offsets count from the end of the index, rounded up, so that the text does not depend on its own length.
std::string IndexText(const BlockFileLabels& labels, std::span<const NamedBlock> blocks, const Layout& layout,
                      std::span<const uint64_t> checksums) {
  ValueList list;
  for (size_t i = 0; i < blocks.size(); ++i) {
    list.push_back(
        Value::List({Value::String(blocks[i].name), Value::Int(static_cast<int64_t>(layout.begins[i])),
                     Value::Int(static_cast<int64_t>(blocks[i].bytes.size())), Value::String(fmt::format("{:016x}", checksums[i]))}));
  }
  return ToJson(Value::Record({{"key", Value::String(labels.key)},
                               {"model", Value::String(labels.model)},
                               {"format", Value::String(labels.format)},
                               {"blocks", Value::List(std::move(list))}}));
}

/// A new file beside `path`, in use, and its name. Not open where none can be made.
Descriptor NewPart(const std::string& path, std::string& name) {
  while (true) {
    name = fmt::format("{}.XXXXXX{}", path, kPartEnding);
    Descriptor file(::mkostemps(name.data(), static_cast<int>(kPartEnding.size()), O_CLOEXEC));
    if (!file.is_open()) {
      return file;
    }
    file.LockShared();
    struct stat status{};
    // Before it was in use, somebody may have taken it for a leftover.
    if (::fstat(file.get(), &status) != 0 || status.st_nlink > 0) {
      return file;
    }
  }
}

Error NotWritten(const std::string& path) {
  return {FailureKind::FileNotFound, fmt::format("cannot write `{}`: {}", path, std::strerror(errno)), "", {}};
}

}  // namespace

Error BlockFile::Broken(std::string message) const { return {FailureKind::WeightsInvalid, std::move(message), path_, {}}; }

Result<BlockFile> BlockFile::Open(const std::string& path) {
  Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.is_open()) {
    return Error{FailureKind::FileNotFound, fmt::format("opening the file failed: {}", std::strerror(errno)), path, {}};
  }
  descriptor.LockShared();
  BlockFile file(path, std::move(descriptor));
  struct stat status{};
  Head head;
  if (::fstat(file.descriptor_.get(), &status) != 0 || !ReadAt(file.descriptor_.get(), std::as_writable_bytes(std::span(&head, 1)), 0)) {
    return file.Broken("it is shorter than its head");
  }
  if (head.magic != kMagic || head.version != kVersion || head.checksum != HeadChecksum(head)) {
    return file.Broken("its head is not one that this version writes");
  }
  const auto file_bytes = static_cast<uint64_t>(status.st_size);
  if (file_bytes != head.file_bytes) {
    return file.Broken(fmt::format("it has {} bytes, and its head says {}", file_bytes, head.file_bytes));
  }
  if (head.index_bytes > kMostIndexBytes || sizeof(Head) + head.index_bytes > file_bytes) {
    return file.Broken("its index is larger than the file");
  }
  std::string index(head.index_bytes, '\0');
  std::span<std::byte> index_bytes = std::as_writable_bytes(std::span(index));
  if (!ReadAt(file.descriptor_.get(), index_bytes, sizeof(Head)) || Checksum(index_bytes) != head.index_checksum) {
    return file.Broken("its index is not what was written");
  }
  PLAIT_TRY_VOID(file.ReadIndex(index, file_bytes));
  ::posix_fadvise(file.descriptor_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  return file;
}

Result<void> BlockFile::ReadIndex(std::string_view text, uint64_t file_bytes) {
  PLAIT_TRY(Value index, ParseJson(text, path_, FailureKind::WeightsInvalid));
  auto label = [&](std::string_view name, std::string& out) {
    const Value* value = index.is_record() ? index.Field(name) : nullptr;
    out = value != nullptr && value->is_string() ? value->AsString() : "";
  };
  label("key", labels_.key);
  label("model", labels_.model);
  label("format", labels_.format);
  const Value* blocks = index.is_record() ? index.Field("blocks") : nullptr;
  if (blocks == nullptr || !blocks->is_list()) {
    return Broken("its index lists no blocks");
  }
  const uint64_t first = AlignUp(sizeof(Head) + text.size());
  for (const Value& block : blocks->AsList()) {
    const bool has_form = block.is_list() && block.AsList().size() == 4 && block.AsList()[0].is_string() && block.AsList()[1].is_int() &&
                          block.AsList()[2].is_int() && block.AsList()[3].is_string();
    if (!has_form) {
      return Broken("a block of its index has another form");
    }
    const ValueList& parts = block.AsList();
    const auto begin = static_cast<uint64_t>(parts[1].AsInt()) + first;
    const auto bytes = static_cast<uint64_t>(parts[2].AsInt());
    if (begin > file_bytes || bytes > file_bytes - begin) {
      return Broken(fmt::format("its block `{}` ends after the file", parts[0].AsString()));
    }
    blocks_[parts[0].AsString()] = {begin, bytes, std::strtoull(parts[3].AsString().c_str(), nullptr, 16)};
  }
  return {};
}

Result<void> BlockFile::Read(std::string_view name, std::span<std::byte> out, ThreadTeam& team) const {
  auto found = blocks_.find(name);
  if (found == blocks_.end() || found->second.bytes != out.size()) {
    return Broken(fmt::format("it has no block `{}` of {} bytes", name, out.size()));
  }
  const Block& block = found->second;
  std::optional<uint64_t> checksum = BlockChecksum(
      out, team, [&](std::span<std::byte> chunk, uint64_t offset) { return ReadAt(descriptor_.get(), chunk, block.begin + offset); });
  if (!checksum) {
    return Broken(fmt::format("its block `{}` cannot be read", name));
  }
  if (*checksum != block.checksum) {
    return Broken(fmt::format("its block `{}` is not what was written", name));
  }
  return {};
}

uint64_t BlockFileBytes(const BlockFileLabels& labels, std::span<const NamedBlock> blocks) {
  const Layout layout = LayOut(blocks);
  const std::vector<uint64_t> checksums(blocks.size());
  return AlignUp(sizeof(Head) + IndexText(labels, blocks, layout, checksums).size()) + layout.end;
}

Result<Descriptor> WriteBlockFile(const std::string& path, const BlockFileLabels& labels, std::span<const NamedBlock> blocks,
                                  ThreadTeam& team) {
  const Layout layout = LayOut(blocks);
  std::vector<uint64_t> checksums;
  for (const NamedBlock& block : blocks) {
    checksums.push_back(*BlockChecksum(block.bytes, team, [](auto /*chunk*/, uint64_t /*offset*/) { return true; }));
  }
  const std::string index = IndexText(labels, blocks, layout, checksums);
  const uint64_t first = AlignUp(sizeof(Head) + index.size());
  Head head;
  head.index_bytes = index.size();
  head.file_bytes = first + layout.end;
  head.index_checksum = Checksum(std::as_bytes(std::span(index)));
  head.checksum = HeadChecksum(head);

  std::string part;
  Descriptor file = NewPart(path, part);
  if (!file.is_open()) {
    return NotWritten(path);
  }
  bool is_whole = ::ftruncate(file.get(), static_cast<off_t>(head.file_bytes)) == 0 &&
                  WriteAt(file.get(), std::as_bytes(std::span(&head, 1)), 0) &&
                  WriteAt(file.get(), std::as_bytes(std::span(index)), sizeof(Head));
  for (size_t i = 0; i < blocks.size() && is_whole; ++i) {
    is_whole = WriteAt(file.get(), blocks[i].bytes, first + layout.begins[i]);
  }
  if (is_whole && ::fsync(file.get()) == 0 && ::rename(part.c_str(), path.c_str()) == 0) {
    // The name outlives a crash only when the folder is on disk too. Where that fails, the file is made again.
    if (Descriptor folder(::open(ParentPath(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); folder.is_open()) {
      ::fsync(folder.get());
    }
    return file;
  }
  Error error = NotWritten(path);
  ::unlink(part.c_str());
  return error;
}

}  // namespace plait
