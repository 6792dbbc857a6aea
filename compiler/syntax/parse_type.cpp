// Parses types.
#include "compiler/syntax/type_parser.h"

namespace plait {

namespace {

/// What `Name<…>` and `Name[…]` of other languages mean.
enum class GenericKind { List, Optional, Map, Unknown };

GenericKind KindOfGeneric(std::string_view name) {
  for (std::string_view list :
       {"List", "list", "Array", "Vec", "vector", "Sequence", "Iterable", "array", "tuple", "Tuple", "set", "Set"}) {
    if (name == list) {
      return GenericKind::List;
    }
  }
  for (std::string_view map : {"Dict", "dict", "Map", "Record", "HashMap", "Mapping", "map"}) {
    if (name == map) {
      return GenericKind::Map;
    }
  }
  return name == "Optional" || name == "Option" || name == "optional" ? GenericKind::Optional : GenericKind::Unknown;
}

}  // namespace

// type = otype { "|" otype } ;
ast::TypeId TypeParser::ParseType() {
  auto deeper = Deeper();
  uint32_t first = index();
  if (IsTooDeep()) {
    FailTooDeep();
    return AddType(first, ast::ErrorType{});
  }
  ast::TypeId type = ParseOptionalType();
  if (!At(TokenKind::Bar)) {
    return type;
  }
  ast::UnionType node{{type}};
  while (Take(TokenKind::Bar)) {
    node.members.push_back(ParseOptionalType());
  }
  return AddType(first, std::move(node));
}

// otype = atype [ "?" ] ;
ast::TypeId TypeParser::ParseOptionalType() {
  uint32_t first = index();
  ast::TypeId type = ParseAtomicType();
  if (!is_recovering() && Take(TokenKind::Question)) {
    return AddType(first, ast::OptionalType{type});
  }
  return type;
}

// atype = "[" type "]" | "(" type ")" | "{" { WORD ":" type SEP } "}" | "null"
//       | ( "map" | "stream" ) "<" type ">"
//       | "tensor" "<" NAME ">" "[" dim { "," dim } "]"
//       | path ;
ast::TypeId TypeParser::ParseAtomicType() {
  uint32_t first = index();
  switch (Peek().kind) {
    case TokenKind::LeftBracket:
      return ParseListType();
    case TokenKind::LeftParen: {
      Open();
      ast::TypeId type = ParseType();
      Close();
      return type;
    }
    case TokenKind::LeftBrace:
      return ParseRecordType();
    case TokenKind::Null:
      Advance();
      return AddType(first, ast::NullType{});
    case TokenKind::Name:
      return ParseNamedType();
    default:
      FailExpected("a type");
      return AddType(first, ast::ErrorType{});
  }
}

ast::TypeId TypeParser::ParseListType() {
  uint32_t first = index();
  Open();
  ast::TypeId item = ParseType();
  Close();
  return AddType(first, ast::ListType{item});
}

ast::TypeId TypeParser::ParseRecordType() {
  uint32_t first = index();
  ast::RecordType node;
  Open();
  ParseItems(Separator::CommaOrLine, [&] {
    ast::Word name = ParseWord("the name of a field");
    if (Expect(TokenKind::Colon)) {
      node.fields.push_back({std::move(name), ParseType()});
    }
  });
  Close();
  return AddType(first, std::move(node));
}

ast::TypeId TypeParser::ParseNamedType() {
  uint32_t first = index();
  bool has_argument = Peek(1).kind == TokenKind::Less;
  if (has_argument && (AtNameThatReads("map") || AtNameThatReads("stream"))) {
    return ParseMapOrStreamType();
  }
  if (has_argument && AtNameThatReads("tensor")) {
    return ParseTensorType();
  }
  if (AtNameThatReads("None")) {
    ReportForeign(SpanOf(Peek()), "null");
    Advance();
    return AddType(first, ast::NullType{});
  }
  ast::Path path = ParsePath("a type");
  bool is_generic = At(TokenKind::Less) || (At(TokenKind::LeftBracket) && !Peek().starts_line);
  if (is_generic && !is_recovering()) {
    return ParseForeignGeneric(first, path);
  }
  return AddType(first, ast::PathType{std::move(path)});
}

ast::TypeId TypeParser::ParseMapOrStreamType() {
  uint32_t first = index();
  bool is_map = AtNameThatReads("map");
  Advance();
  Advance();
  ast::TypeId item = ParseType();
  ExpectGreater();
  return is_map ? AddType(first, ast::MapType{item}) : AddType(first, ast::StreamType{item});
}

// dim = INT | NAME ;
ast::TypeId TypeParser::ParseTensorType() {
  uint32_t first = index();
  Advance();
  Advance();
  ast::TensorType node;
  node.element = ParseName("the type of the elements");
  ExpectGreater();
  if (!At(TokenKind::LeftBracket)) {
    FailExpected("`[` and the dimensions");
    return AddType(first, ast::ErrorType{});
  }
  Open();
  ParseItems(Separator::Comma, [&] {
    if (At(TokenKind::Int)) {
      Token token = Advance();
      node.dims.push_back({std::string(TextOf(token)), SpanOf(token)});
    } else {
      node.dims.push_back(ParseName("a dimension"));
    }
  });
  if (node.dims.empty()) {
    FailExpected("a dimension");
  }
  Close();
  return AddType(first, std::move(node));
}

/// `List[int]`, `Optional<string>`: taken for the type that was meant.
ast::TypeId TypeParser::ParseForeignGeneric(uint32_t first, const ast::Path& path) {
  GenericKind kind = KindOfGeneric(path.words.back().text);
  std::string_view meant = kind == GenericKind::List       ? "the list type is written `[T]` here"
                           : kind == GenericKind::Optional ? "the optional type is written `T?` here"
                           : kind == GenericKind::Map      ? "the map type is written `map<T>` here, its keys are strings"
                                                           : "types of one's own take no parameters here";
  Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, path.span, "{}", meant));
  TokenKind closer = At(TokenKind::Less) ? TokenKind::Greater : TokenKind::RightBracket;
  bool is_bracket = closer == TokenKind::RightBracket;
  ast::TypeId last;
  auto parse_last = [&] { last = ParseType(); };
  if (is_bracket) {
    Open();
    ParseItems(Separator::Comma, parse_last);
    Close();
  } else {
    do {
      Advance();
      parse_last();
    } while (At(TokenKind::Comma) && !is_recovering());
    ExpectGreater();
  }
  if (!last.has_value() || kind == GenericKind::Unknown) {
    return AddType(first, ast::ErrorType{});
  }
  switch (kind) {
    case GenericKind::Optional:
      return AddType(first, ast::OptionalType{last});
    case GenericKind::Map:
      return AddType(first, ast::MapType{last});
    default:
      return AddType(first, ast::ListType{last});
  }
}

/// `map<int>= {}`: the lexer makes one token of `>=`.
void TypeParser::ExpectGreater() {
  if (At(TokenKind::GreaterEqual)) {
    DropFirstCharacter(TokenKind::Equal);
    return;
  }
  Expect(TokenKind::Greater);
}

}  // namespace plait
