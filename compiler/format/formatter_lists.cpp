// What lists in brackets share.
#include "compiler/format/formatter.h"

namespace plait::format {

Doc Formatter::StartItem(ListStyle style, bool is_first) {
  if (is_first) {
    Doc line = style == ListStyle::Commas ? documents_.SoftLine() : documents_.Line();
    return documents_.Concat({line, TakeItemComments()});
  }
  Doc comma = style == ListStyle::Commas ? documents_.Text(",") : documents_.FlatText(",");
  Doc line = documents_.Line(IsBlankNext());
  return documents_.Concat({comma, line, TakeItemComments()});
}

Doc Formatter::FinishList(ListStyle style, Doc opener, std::vector<Doc>& inner, bool is_empty) {
  if (is_empty && !HasComments()) {
    return documents_.Concat({opener, Take()});
  }
  if (!is_empty && style == ListStyle::Commas) {
    inner.push_back(documents_.BrokenText(","));
  }
  if (HasCommentLines()) {
    inner.push_back(documents_.HardLine(!is_empty && IsBlankNext()));
  }
  inner.push_back(TakeComments());
  Doc line = style == ListStyle::Commas ? documents_.SoftLine() : documents_.Line();
  return documents_.Concat({opener, documents_.Indent(documents_.Concat(inner)), line, Take()});
}

}  // namespace plait::format
