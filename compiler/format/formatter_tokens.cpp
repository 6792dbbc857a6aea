// Takes tokens and the comments around them.
#include <cassert>

#include "compiler/format/formatter.h"

namespace plait::format {

bool Formatter::HasCommentLines() const { return !moved_comments_.empty() || (claimed_ != index_ && Peek().comment_count > 0); }

bool Formatter::IsBlankNext() const {
  if (!moved_comments_.empty()) {
    return moved_comments_.front().is_blank_before;
  }
  bool has_comment = claimed_ != index_ && Peek().comment_count > 0;
  return has_comment ? pieces_.comments[Peek().first_comment].is_blank_before : Peek().is_blank_before;
}

std::vector<CommentLine> Formatter::ClaimComments() {
  std::vector<CommentLine> comments = std::move(moved_comments_);
  moved_comments_.clear();
  if (claimed_ != index_) {
    auto first = pieces_.comments.begin() + Peek().first_comment;
    comments.insert(comments.end(), first, first + Peek().comment_count);
  }
  claimed_ = index_;
  is_fresh_wanted_ = false;
  return comments;
}

Doc Formatter::TakeComments() {
  Doc fresh = is_fresh_wanted_ ? documents_.Fresh() : documents_.Empty();
  std::vector<CommentLine> comments = ClaimComments();
  if (comments.empty()) {
    return fresh;
  }
  std::vector<Doc> docs = {fresh};
  for (const CommentLine& comment : comments) {
    docs.push_back(documents_.Comment(comment.text, comment.is_blank_before && docs.size() > 1));
  }
  return documents_.Concat(docs);
}

Doc Formatter::TakeItemComments() {
  Doc comments = TakeComments();
  bool is_blank_after = comments.index != 0 && Peek().comment_count > 0 && Peek().is_blank_before;
  return is_blank_after ? documents_.Concat({comments, documents_.HardLine(true)}) : comments;
}

Doc Formatter::TakeText(std::string_view text, const Piece& piece) {
  if (text.find('\r') != std::string_view::npos) {
    // Only strings of several lines hold line breaks, and there `\r\n` stands for `\n`.
    std::string& own = own_texts_.emplace_back();
    for (size_t i = 0; i < text.size(); ++i) {
      if (text.substr(i, 2) != "\r\n") {
        own += text[i];
      }
    }
    text = own;
  }
  Doc doc = documents_.Text(text);
  is_fresh_wanted_ = !piece.trailing.empty();
  return is_fresh_wanted_ ? documents_.Concat({doc, documents_.Suffix(piece.trailing)}) : doc;
}

Doc Formatter::Take() {
  Doc comments = TakeComments();
  const Piece& piece = Peek();
  ++index_;
  Doc text = TakeText(piece.text, piece);
  return comments.index == 0 ? text : documents_.Concat({comments, text});
}

Doc Formatter::Take([[maybe_unused]] TokenKind kind) {
  assert(At(kind));
  return Take();
}

Doc Formatter::TakeTight(size_t count) {
  std::vector<Doc> docs;
  for (size_t i = 0; i < count; ++i) {
    docs.push_back(Take());
  }
  return documents_.Concat(docs);
}

Doc Formatter::TakeVerbatim(uint32_t end) {
  Doc comments = TakeComments();
  uint32_t begin = Peek().begin;
  while (!At(TokenKind::EndOfFile) && Peek().begin < end) {
    ++index_;
  }
  return documents_.Concat({comments, TakeText(text_.substr(begin, end - begin), pieces_.pieces[index_ - 1])});
}

Doc Formatter::TakeGreater() {
  if (!At(TokenKind::GreaterEqual)) {
    return Take(TokenKind::Greater);
  }
  Doc comments = TakeComments();
  Piece& piece = pieces_.pieces[index_];
  piece.kind = TokenKind::Equal;
  piece.text.remove_prefix(1);
  return documents_.Concat({comments, documents_.Text(">")});
}

Doc Formatter::SkipComma(ListStyle style) {
  if (!At(TokenKind::Comma)) {
    return documents_.Empty();
  }
  const Piece& comma = Peek();
  bool is_after_comment = HasComments();
  // Without the comma the documentation before it would belong to the next field.
  if (comma.is_documented && style != ListStyle::Commas) {
    return Take();
  }
  bool was_fresh_wanted = is_fresh_wanted_;
  std::vector<CommentLine> comments = ClaimComments();
  is_fresh_wanted_ = was_fresh_wanted;
  ++index_;
  if (!comma.trailing.empty() && !is_after_comment) {
    is_fresh_wanted_ = true;
    return documents_.Suffix(comma.trailing);
  }
  moved_comments_ = std::move(comments);
  if (!comma.trailing.empty()) {
    moved_comments_.push_back({comma.trailing, false});
  }
  return documents_.Empty();
}

Doc Formatter::SpaceOrBreak() { return HasComments() ? documents_.Concat({documents_.HardLine(), TakeComments()}) : documents_.Space(); }

Doc Formatter::LineOrBreak() { return HasComments() ? documents_.Concat({documents_.HardLine(), TakeComments()}) : documents_.Line(); }

}  // namespace plait::format
