// Weights that were computed from a checkpoint, kept on disk for the next time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/cache/block_file.h"

namespace plait {

/// How the cache's files end.
inline constexpr std::string_view kCacheFileEnding = ".weights";

/// The cache as one program uses it. Whatever fails costs the time of computing the weights again and a note, never a load.
class WeightCache {
 public:
  struct Options {
    std::string folder;
    /// 0 takes `DefaultCacheBound`.
    uint64_t most_bytes = 0;
    /// Takes what somebody should know, as a sentence without full stop; may be empty.
    std::function<void(const std::string& text)> note;
  };
  explicit WeightCache(Options options) : options_(std::move(options)) {}

  /// The file with this key, where there is one that is whole. One that is not is removed, with a note.
  std::optional<BlockFile> Find(const BlockFileLabels& labels);
  /// Notes that the file was used now. Until the cache's end it counts as in use and does not leave the folder.
  void Use(BlockFile file);
  /// Removes a file whose blocks turned out to be broken, with a note.
  void Remove(const BlockFileLabels& labels, const Error& why);
  /// Writes the file in place of the one with the same key; what was used longest ago leaves the folder where the bound asks for it.
  void Keep(const BlockFileLabels& labels, std::span<const NamedBlock> blocks, ThreadTeam& team);

 private:
  [[nodiscard]] std::string PathOf(const BlockFileLabels& labels) const;
  void Note(const std::string& text) const;

  Options options_;
  /// A folder that could not be written once is not tried again.
  bool is_writable_ = true;
  /// With the locks of the files in use.
  std::vector<Descriptor> in_use_;
};

}  // namespace plait
