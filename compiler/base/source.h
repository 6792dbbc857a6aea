// Source text and places in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/base/id.h"

namespace plait {

using FileId = Id<struct FileTag>;

/// A half-open range of bytes of one source file. A default-constructed span is nowhere.
struct Span {
  FileId file;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool operator==(const Span&) const = default;

  /// From the start of this span to the end of `last`, both in one file.
  [[nodiscard]] Span To(const Span& last) const { return {file, begin, last.end}; }
};

/// A 1-based line and column; the column counts bytes.
struct LineColumn {
  uint32_t line = 1;
  uint32_t column = 1;
};

/// Owns the text of every file of a compilation. Files are only ever added.
class SourceManager {
 public:
  /// `path` is what a user sees in messages: as they gave it, or relative to it.
  FileId Add(std::string path, std::string text);

  [[nodiscard]] const std::string& Path(FileId file) const { return files_[file].path; }
  [[nodiscard]] std::string_view Text(FileId file) const { return files_[file].text; }
  [[nodiscard]] std::string_view Text(const Span& span) const { return Text(span.file).substr(span.begin, span.end - span.begin); }
  [[nodiscard]] size_t size() const { return files_.size(); }

  [[nodiscard]] LineColumn Position(FileId file, uint32_t offset) const;
  /// The text of a 1-based line, without its line break.
  [[nodiscard]] std::string_view Line(FileId file, uint32_t line) const;
  /// Places name files relative to this folder, so that a plan does not depend on where its source lies.
  void set_root(std::string folder) { root_ = std::move(folder); }
  /// `path:line:column-column` as plans and failures state places: columns 1-based, the last inclusive;
  /// `path:line:column-line:column` where the span crosses lines; empty where the span is nowhere.
  [[nodiscard]] std::string Place(const Span& span) const;

 private:
  struct File {
    std::string path;
    std::string text;
    std::vector<uint32_t> line_starts;
  };

  Store<FileId, File> files_;
  std::string root_;
};

}  // namespace plait
