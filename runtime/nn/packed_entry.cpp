#include "runtime/nn/packed_entry.h"

#include <fmt/format.h>

#include "runtime/kernels/pack.h"

namespace plait {
namespace {

std::string ScalesOf(const std::string& name) { return name + " scales"; }

}  // namespace

PackedEntry::PackedEntry(WeightCache* cache, std::string model, std::string format, const std::string& identity, ThreadTeam& team)
    : cache_(cache), team_(team) {
  if (cache != nullptr) {
    labels_.key = fmt::format("panels {}, encoding {}, {} of {}", kPanelLayoutVersion, kEncodingVersion, format, identity);
    labels_.model = std::move(model);
    labels_.format = std::move(format);
  }
}

std::optional<PackedMatrix> PackedEntry::Find(const std::string& name, WeightFormat format, int64_t depth, int64_t columns) {
  if (cache_ == nullptr || format == WeightFormat::F32) {
    return std::nullopt;
  }
  if (!is_open_) {
    is_open_ = true;
    file_ = cache_->Find(labels_);
  }
  // Another use of the same checkpoint may have fewer layers, as an embedder has no head.
  if (!file_ || !file_->Has(name)) {
    return std::nullopt;
  }
  PackedMatrix matrix(format, depth, columns);
  Result<void> read = file_->Read(name, matrix.panel_bytes(), team_);
  if (read.ok() && !matrix.scale_bytes().empty()) {
    read = file_->Read(ScalesOf(name), matrix.scale_bytes(), team_);
  }
  if (!read.ok()) {
    cache_->Remove(labels_, read.error());
    file_.reset();
    return std::nullopt;
  }
  return matrix;
}

void PackedEntry::Add(const std::string& name, const PackedMatrix& matrix, bool is_found) {
  if (cache_ != nullptr && matrix.format() != WeightFormat::F32) {
    lacks_some_ = lacks_some_ || !is_found;
    matrices_.emplace_back(name, matrix);
  }
}

void PackedEntry::Keep() {
  if (lacks_some_) {
    std::vector<NamedBlock> blocks;
    for (auto& [name, matrix] : matrices_) {
      blocks.push_back({name, matrix.panel_bytes()});
      if (!matrix.scale_bytes().empty()) {
        blocks.push_back({ScalesOf(name), matrix.scale_bytes()});
      }
    }
    file_.reset();
    cache_->Keep(labels_, blocks, team_);
  } else if (file_) {
    cache_->Use(*std::exchange(file_, std::nullopt));
  }
  matrices_.clear();
}

}  // namespace plait
