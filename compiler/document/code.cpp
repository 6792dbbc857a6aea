#include "compiler/document/code.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/base/value.h"

namespace plait::document {

namespace {

/// As `plait fmt` breaks lines.
constexpr size_t kWidth = 100;

size_t WidthOf(const Code& code) {
  size_t width = 0;
  for (const CodePiece& piece : code) {
    width += static_cast<size_t>(
        std::count_if(piece.text.begin(), piece.text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
  }
  return width;
}

bool IsOpener(TokenKind kind) { return kind == TokenKind::LeftParen || kind == TokenKind::LeftBracket || kind == TokenKind::LeftBrace; }
bool IsCloser(TokenKind kind) { return kind == TokenKind::RightParen || kind == TokenKind::RightBracket || kind == TokenKind::RightBrace; }
bool IsBrace(TokenKind kind) { return kind == TokenKind::LeftBrace || kind == TokenKind::RightBrace; }

/// A string over several lines in one, so that it can stand in a line.
std::string InOneLine(std::string_view text) {
  std::string line;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      line += "\\n";
      while (i + 1 < text.size() && (text[i + 1] == ' ' || text[i + 1] == '\t')) {
        ++i;
      }
    } else if (text[i] != '\r') {
      line += text[i];
    }
  }
  return line;
}

}  // namespace

std::string PlainText(const Code& code) {
  std::string text;
  for (const CodePiece& piece : code) {
    text += piece.text;
  }
  return text;
}

void Append(Code& code, std::string_view text, std::string_view anchor) {
  if (anchor.empty() && !code.empty() && code.back().anchor.empty()) {
    code.back().text += text;
  } else if (!text.empty()) {
    code.push_back({std::string(text), std::string(anchor)});
  }
}

void Append(Code& code, const Code& more) {
  for (const CodePiece& piece : more) {
    Append(code, piece.text, piece.anchor);
  }
}

Code CodeWriter::TypePath(const ast::Path& path) const {
  Code code;
  auto target = path.words.size() == 1 ? targets_.types.find(path.words[0].text) : targets_.types.end();
  Append(code, path.ToString(), target == targets_.types.end() ? "" : target->second);
  return code;
}

Code CodeWriter::ServicePath(const ast::Path& path) const {
  Code code;
  auto target = path.words.size() == 1 ? targets_.services.find(path.words[0].text) : targets_.services.end();
  Append(code, path.ToString(), target == targets_.services.end() ? "" : target->second);
  return code;
}

Code CodeWriter::Fields(const std::vector<ast::TypeField>& fields) const {
  Code code;
  Append(code, "{");
  for (const ast::TypeField& field : fields) {
    Append(code, fmt::format("{} {}: ", &field == fields.data() ? "" : ",", field.name.text));
    Append(code, Type(field.type));
  }
  Append(code, fields.empty() ? "}" : " }");
  return code;
}

Code CodeWriter::Type(ast::TypeId id) const {
  struct Writer {
    const CodeWriter& writer;
    Code code;

    void Around(std::string_view before, ast::TypeId item, std::string_view after) {
      Append(code, before);
      Append(code, writer.Type(item));
      Append(code, after);
    }
    void operator()(const ast::ErrorType& /*type*/) {}
    void operator()(const ast::NullType& /*type*/) { Append(code, "null"); }
    void operator()(const ast::PathType& type) { Append(code, writer.TypePath(type.path)); }
    void operator()(const ast::ListType& type) { Around("[", type.item, "]"); }
    void operator()(const ast::MapType& type) { Around("map<", type.item, ">"); }
    void operator()(const ast::StreamType& type) { Around("stream<", type.item, ">"); }
    void operator()(const ast::RecordType& type) { Append(code, writer.Fields(type.fields)); }
    void operator()(const ast::OptionalType& type) {
      bool is_union = std::holds_alternative<ast::UnionType>(writer.module_.types[type.item].node);
      Around(is_union ? "(" : "", type.item, is_union ? ")?" : "?");
    }
    void operator()(const ast::UnionType& type) {
      for (size_t i = 0; i < type.members.size(); ++i) {
        Around(i == 0 ? "" : " | ", type.members[i], "");
      }
    }
    void operator()(const ast::TensorType& type) {
      Append(code, fmt::format("tensor<{}>[", type.element.text));
      for (size_t i = 0; i < type.dims.size(); ++i) {
        Append(code, (i == 0 ? "" : ", ") + type.dims[i].text);
      }
      Append(code, "]");
    }
  };
  Writer writer{*this, {}};
  std::visit(writer, module_.types[id].node);
  return writer.code;
}

Code CodeWriter::Param(const ast::Param& param) const {
  Code code;
  Append(code, param.name.text + ": ");
  Append(code, Type(param.type));
  Append(code, param.default_value ? " = " + Value(*param.default_value) : "");
  return code;
}

Code CodeWriter::Field(const ast::RecordField& field) const {
  return Param({.name = field.name, .type = field.type, .default_value = field.default_value, .span = {}});
}

Code CodeWriter::Params(std::string_view before, const std::vector<ast::Param>& params, const Code& after) const {
  auto write = [&](std::string_view opener, std::string_view separator, std::string_view closer) {
    Code code;
    Append(code, before);
    Append(code, opener);
    for (const ast::Param& param : params) {
      Append(code, &param == params.data() ? "" : separator);
      Append(code, Param(param));
    }
    Append(code, closer);
    Append(code, after);
    return code;
  };
  Code line = write("(", ", ", ")");
  return params.empty() || WidthOf(line) <= kWidth ? line : write("(\n  ", ",\n  ", ",\n)");
}

Code CodeWriter::Signature(std::string_view keyword, const ast::Signature& signature) const {
  Code result;
  Append(result, " -> ");
  Append(result, Type(signature.result));
  return Params(fmt::format("{} {}", keyword, signature.name.text), signature.params, result);
}

Code CodeWriter::Model(const ast::Model& model) const {
  Code code;
  Append(code, fmt::format("model {}: ", model.name.text));
  if (const auto* path = std::get_if<ast::Path>(&model.type)) {
    Append(code, TypePath(*path));
  } else {
    const auto& signature = std::get<ast::ModelSignature>(model.type);
    Code result;
    Append(result, " -> ");
    Append(result, Type(signature.result));
    Append(code, Params("", signature.params, result));
  }
  Append(code, fmt::format(" = {}(", model.source.text));
  for (const ast::Argument& argument : model.source_arguments) {
    Append(code, &argument == model.source_arguments.data() ? "" : ", ");
    Append(code, Value(argument.span));
  }
  Append(code, ")");
  Append(code, model.options ? " " + Value(model.options->span) : "");
  return code;
}

std::string CodeWriter::Value(ast::ExprId id) const {
  const ast::Expr& expr = module_.exprs[id];
  const auto* string = std::get_if<ast::StringLiteral>(&expr.node);
  bool is_long = string != nullptr && sources_.Text(expr.span).find('\n') != std::string_view::npos;
  return is_long ? QuoteJson(string->value) : Value(expr.span);
}

std::string_view CodeWriter::Between(size_t left, bool is_in_braces) const {
  const Token& before = tokens_.tokens[left];
  const Token& after = tokens_.tokens[left + 1];
  if (before.end == after.begin) {
    return "";
  }
  if (!after.starts_line) {
    return " ";
  }
  if (IsOpener(before.kind) || IsCloser(after.kind)) {
    return IsBrace(before.kind) || IsBrace(after.kind) ? " " : "";
  }
  bool begins_entry = is_in_braces && left + 2 < tokens_.tokens.size() && tokens_.tokens[left + 2].kind == TokenKind::Colon;
  return begins_entry && before.kind != TokenKind::Comma ? ", " : " ";
}

std::string CodeWriter::Value(const Span& span) const {
  std::string_view source = sources_.Text(span.file);
  const std::vector<Token>& tokens = tokens_.tokens;
  auto first = std::lower_bound(tokens.begin(), tokens.end(), span.begin, [](const Token& token, uint32_t at) { return token.begin < at; });
  std::string text;
  std::vector<TokenKind> open;
  for (auto i = static_cast<size_t>(first - tokens.begin()); i < tokens.size() && tokens[i].end <= span.end && tokens[i].begin < span.end;
       ++i) {
    const Token& token = tokens[i];
    if (IsOpener(token.kind)) {
      open.push_back(token.kind);
    } else if (IsCloser(token.kind) && !open.empty()) {
      open.pop_back();
    }
    bool is_last_comma = token.kind == TokenKind::Comma && IsCloser(tokens[i + 1].kind);
    if (!is_last_comma) {
      text += InOneLine(source.substr(token.begin, token.end - token.begin));
    }
    if (tokens[i + 1].begin < span.end) {
      text += Between(i, !open.empty() && open.back() == TokenKind::LeftBrace);
    }
  }
  return text;
}

}  // namespace plait::document
