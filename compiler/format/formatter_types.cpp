// Formats types.
#include "compiler/format/formatter.h"

namespace plait::format {

Doc Formatter::Type(ast::TypeId id) {
  const ast::Type& type = module_.types[id];
  // The tree has no node for brackets around a type.
  if (At(TokenKind::LeftParen) && Peek().begin < type.span.begin) {
    return Enclosed([&] { return Type(id); });
  }
  return TypeNode(type);
}

Doc Formatter::TypeNode(const ast::Type& type) {
  if (const auto* path = std::get_if<ast::PathType>(&type.node)) {
    return TakePath(path->path);
  }
  if (const auto* list = std::get_if<ast::ListType>(&type.node)) {
    Doc opener = Take(TokenKind::LeftBracket);
    Doc item = Type(list->item);
    return documents_.Concat({opener, item, Take(TokenKind::RightBracket)});
  }
  if (const auto* optional = std::get_if<ast::OptionalType>(&type.node)) {
    Doc item = Type(optional->item);
    return documents_.Concat({item, Take(TokenKind::Question)});
  }
  if (const auto* node = std::get_if<ast::UnionType>(&type.node)) {
    return UnionType(*node);
  }
  if (const auto* record = std::get_if<ast::RecordType>(&type.node)) {
    auto field = record->fields.begin();
    return List(ListStyle::Lines, TokenKind::RightBrace, [&] {
      Doc name = TakeTight(2);
      return documents_.Concat({name, documents_.Space(), Type((field++)->type)});
    });
  }
  if (const auto* tensor = std::get_if<ast::TensorType>(&type.node)) {
    return TensorType(*tensor);
  }
  if (std::holds_alternative<ast::NullType>(type.node)) {
    return Take(TokenKind::Null);
  }
  const auto* map = std::get_if<ast::MapType>(&type.node);
  Doc head = TakeTight(2);
  Doc item = Type(map != nullptr ? map->item : std::get<ast::StreamType>(type.node).item);
  return documents_.Concat({head, item, TakeGreater()});
}

Doc Formatter::TensorType(const ast::TensorType& /*type*/) {
  Doc head = TakeTight(3);
  Doc greater = TakeGreater();
  return documents_.Concat({head, greater, List(ListStyle::Commas, TokenKind::RightBracket, [this] { return Take(); })});
}

Doc Formatter::UnionType(const ast::UnionType& type) {
  Doc first = Type(type.members.front());
  std::vector<Doc> rest;
  for (size_t i = 1; i < type.members.size(); ++i) {
    rest.push_back(documents_.Line());
    rest.push_back(Take(TokenKind::Bar));
    rest.push_back(documents_.Space());
    rest.push_back(Type(type.members[i]));
  }
  return documents_.Group(documents_.Concat({first, documents_.Indent(documents_.Concat(rest))}));
}

Doc Formatter::Annotation(const std::optional<ast::TypeId>& type) {
  if (!type) {
    return documents_.Empty();
  }
  Doc colon = Take(TokenKind::Colon);
  return documents_.Concat({colon, documents_.Space(), Type(*type)});
}

}  // namespace plait::format
