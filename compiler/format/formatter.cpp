// Lays out a file: declarations, members of services, and the empty lines between them.
#include "compiler/format/formatter.h"

#include "compiler/format/format.h"
#include "compiler/format/render.h"

namespace plait {

std::string Format(const SourceManager& sources, const TokenBuffer& tokens, const ast::Module& module, const FormatOptions& options) {
  return format::Formatter(sources, tokens, module, options.width).Run();
}

namespace format {

Formatter::Formatter(const SourceManager& sources, const TokenBuffer& tokens, const ast::Module& module, uint32_t width)
    : text_(sources.Text(tokens.file)), module_(module), pieces_(SplitIntoPieces(sources, tokens)), width_(width) {}

std::string Formatter::Run() && {
  Level level;
  for (const ast::Decl& decl : module_.decls) {
    AddItem(level, true, [&] { return DeclarationText(decl); });
  }
  AddItem(level, false, [] { return std::string(); });
  if (!level.text.empty() && !level.text.ends_with('\n')) {
    level.text += '\n';
  }
  return std::move(level.text);
}

template <class Item>
void Formatter::AddItem(Level& level, bool is_spaced, Item item) {
  bool is_blank_next = IsBlankNext();
  std::vector<CommentLine> comments = ClaimComments();
  bool is_blank_before_token = !comments.empty() && Peek().is_blank_before;
  bool has_blank = is_blank_next || is_blank_before_token;
  for (const CommentLine& comment : comments) {
    has_blank = has_blank || comment.is_blank_before;
  }
  std::string text = item();
  bool is_tall = is_spaced && text.find('\n') != std::string::npos;
  bool is_spacing = !has_blank && !text.empty() && (is_tall || level.is_last_tall);
  std::string& out = level.text;
  auto start_line = [&](bool is_blank_before) {
    bool is_first = out.empty();
    out += is_first ? "" : (is_blank_before ? "\n\n" : "\n");
  };
  bool is_blank_before = is_blank_next || is_spacing;
  for (const CommentLine& comment : comments) {
    start_line(is_blank_before || comment.is_blank_before);
    out.append(level.indent, ' ').append(comment.text);
    is_blank_before = false;
  }
  if (!text.empty()) {
    start_line(is_blank_before || is_blank_before_token);
    out += text;
  }
  level.is_last_tall = is_tall;
}

std::string Formatter::DeclarationText(const ast::Decl& decl) {
  if (const auto* service = std::get_if<ast::Service>(&decl.node)) {
    return ServiceText(*service);
  }
  auto document = [this](const auto& node) {
    if constexpr (std::is_same_v<std::decay_t<decltype(node)>, ast::Service>) {
      return documents_.Empty();
    } else {
      return Declaration(node);
    }
  };
  return Rendered(std::visit(document, decl.node), 0);
}

std::string Formatter::ServiceText(const ast::Service& node) {
  std::string text = Rendered(ServiceHeader(node), 0);
  if (node.members.empty() && !HasComments()) {
    return text + Rendered(Take(TokenKind::RightBrace), 0);
  }
  Level level{.indent = 2, .text = {}, .is_last_tall = false};
  for (const ast::Member& member : node.members) {
    bool is_spaced = std::holds_alternative<ast::Api>(member.node) || std::holds_alternative<ast::Function>(member.node);
    AddItem(level, is_spaced,
            [&] { return Rendered(std::visit([this](const auto& inner) { return Member(inner); }, member.node), level.indent); });
  }
  AddItem(level, false, [] { return std::string(); });
  text += level.text.empty() ? "\n" : "\n" + level.text + "\n";
  return text + Rendered(Take(TokenKind::RightBrace), 0);
}

std::string Formatter::Rendered(Doc doc, uint32_t indent) {
  std::string text = Render(documents_, doc, {.width = width_, .indent = indent});
  documents_.Clear();
  own_texts_.clear();
  return text;
}

}  // namespace format

}  // namespace plait
