// Named blocks of bytes in one file that is whole or not there: written beside its name and renamed, and checked as it is read.
//
// The file is a head of 48 bytes (magic, version, sizes and their checksum), an index in JSON, and the blocks, each from a multiple of 4096
// on. Numbers are those of the machine that wrote it. Checksums are XXH3 (https://github.com/Cyan4973/xxHash), 64 bits: they find what a
// crash or a disk did to the file, not what somebody meant to do to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "compiler/base/result.h"
#include "runtime/base/thread_team.h"
#include "runtime/cache/descriptor.h"

namespace plait {

/// What a file says of itself.
struct BlockFileLabels {
  /// All that decides what the blocks hold, as text.
  std::string key;
  /// For people.
  std::string model;
  std::string format;

  bool operator==(const BlockFileLabels&) const = default;
};

class BlockFile {
 public:
  /// Reads head and index. Fails with `file-not-found` where there is no file, else with `weights-invalid`; the message says what was seen.
  static Result<BlockFile> Open(const std::string& path);

  [[nodiscard]] const BlockFileLabels& labels() const { return labels_; }
  [[nodiscard]] const Descriptor& descriptor() const { return descriptor_; }
  [[nodiscard]] bool Has(std::string_view name) const { return blocks_.contains(name); }

  /// Reads a block of exactly `out.size()` bytes. By system calls, not by mapping: a file that somebody truncates is then an error, not a
  /// signal, and the memory may be huge pages. Fails with `weights-invalid` where there is no such block or its bytes are not those
  /// written.
  Result<void> Read(std::string_view name, std::span<std::byte> out, ThreadTeam& team) const;

  /// Takes the descriptor out, with its lock.
  Descriptor TakeDescriptor() && { return std::move(descriptor_); }

 private:
  struct Block {
    uint64_t begin = 0;
    uint64_t bytes = 0;
    uint64_t checksum = 0;
  };

  BlockFile(std::string path, Descriptor descriptor) : path_(std::move(path)), descriptor_(std::move(descriptor)) {}
  [[nodiscard]] Error Broken(std::string message) const;
  Result<void> ReadIndex(std::string_view text, uint64_t file_bytes);

  std::string path_;
  Descriptor descriptor_;
  BlockFileLabels labels_;
  std::map<std::string, Block, std::less<>> blocks_;
};

struct NamedBlock {
  std::string name;
  std::span<const std::byte> bytes;
};

/// How large the file of these blocks is.
uint64_t BlockFileBytes(const BlockFileLabels& labels, std::span<const NamedBlock> blocks);

/// Writes the file under a name of its own in the same folder, waits until the disk has it, and renames it to `path`. Gives the descriptor,
/// which holds a shared lock. Fails with `file-not-found`, whose message says why, and leaves nothing behind.
Result<Descriptor> WriteBlockFile(const std::string& path, const BlockFileLabels& labels, std::span<const NamedBlock> blocks,
                                  ThreadTeam& team);

/// How files that are being written end.
inline constexpr std::string_view kPartEnding = ".part";

}  // namespace plait
