#include "compiler/format/pieces.h"

#include <algorithm>

namespace plait::format {

namespace {

class Splitter {
 public:
  Splitter(const SourceManager& sources, const TokenBuffer& buffer) : text_(sources.Text(buffer.file)), buffer_(buffer) {}

  Pieces Run() {
    result_.pieces.reserve(buffer_.tokens.size());
    auto comment = buffer_.comments.begin();
    for (const Token& token : buffer_.tokens) {
      for (; comment != buffer_.comments.end() && comment->begin < token.begin; ++comment) {
        AddComment(comment->begin, comment->end, false);
      }
      if (token.kind == TokenKind::Doc) {
        AddComment(token.begin, token.end, true);
      } else {
        AddToken(token);
      }
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::ptrdiff_t LineBreaksBefore(uint32_t begin) const {
    return std::count(text_.begin() + previous_end_, text_.begin() + begin, '\n');
  }

  void AddComment(uint32_t begin, uint32_t end, bool is_documentation) {
    std::string_view comment = text_.substr(begin, end - begin);
    comment = comment.substr(0, comment.find_last_not_of(" \t\r") + 1);
    std::ptrdiff_t breaks = LineBreaksBefore(begin);
    is_documented_ = is_documented_ || is_documentation;
    if (breaks == 0 && !result_.pieces.empty()) {
      result_.pieces.back().trailing = comment;
    } else {
      result_.comments.push_back({comment, breaks > 1});
    }
    previous_end_ = end;
  }

  void AddToken(const Token& token) {
    Piece piece;
    piece.kind = token.kind;
    piece.text = text_.substr(token.begin, token.end - token.begin);
    piece.begin = token.begin;
    piece.starts_line = token.starts_line;
    piece.is_blank_before = LineBreaksBefore(token.begin) > 1;
    piece.is_documented = is_documented_;
    piece.first_comment = first_comment_;
    piece.comment_count = static_cast<uint32_t>(result_.comments.size()) - first_comment_;
    result_.pieces.push_back(piece);
    first_comment_ = static_cast<uint32_t>(result_.comments.size());
    is_documented_ = false;
    previous_end_ = token.end;
  }

  std::string_view text_;
  const TokenBuffer& buffer_;
  Pieces result_;
  uint32_t previous_end_ = 0;
  uint32_t first_comment_ = 0;
  bool is_documented_ = false;
};

}  // namespace

Pieces SplitIntoPieces(const SourceManager& sources, const TokenBuffer& buffer) { return Splitter(sources, buffer).Run(); }

}  // namespace plait::format
