// Formats what stands in services.
#include "compiler/format/formatter.h"

namespace plait::format {

/// Up to the opening brace.
Doc Formatter::ServiceHeader(const ast::Service& node) {
  Doc space = documents_.Space();
  Doc head = documents_.Concat({Take(), space, Take()});
  Doc params = node.params ? documents_.Group(Params(*node.params)) : documents_.Empty();
  return documents_.Concat({head, params, SpaceOrBreak(), Take(TokenKind::LeftBrace)});
}

Doc Formatter::Member(const ast::Settings& node) {
  Doc word = Take();
  return documents_.Concat({word, SpaceOrBreak(), Config(node.config)});
}

Doc Formatter::Member(const ast::Model& node) {
  Doc space = documents_.Space();
  std::vector<Doc> parts = {Take(), space, Take(), Take(TokenKind::Colon), space};
  if (const auto* path = std::get_if<ast::Path>(&node.type)) {
    parts.push_back(TakePath(*path));
  } else {
    const auto& signature = std::get<ast::ModelSignature>(node.type);
    parts.push_back(ParamsAndResult(signature.params, signature.result));
  }
  parts.insert(parts.end(), {space, Take(TokenKind::Equal), space, Take(), Arguments(node.source_arguments)});
  if (node.options) {
    parts.insert(parts.end(), {SpaceOrBreak(), Config(*node.options)});
  }
  return documents_.Concat(parts);
}

Doc Formatter::Member(const ast::Uses& node) {
  Doc space = documents_.Space();
  Doc head = documents_.Concat({Take(), space, Take(), Take(TokenKind::Colon), space});
  auto target = node.targets.begin();
  auto take_target = [&] { return TakePath(*target++); };
  return documents_.Concat({head, node.is_list ? List(ListStyle::Commas, TokenKind::RightBracket, take_target) : take_target()});
}

Doc Formatter::Config(const ast::Config& config) {
  auto entry = config.entries.begin();
  return List(ListStyle::KeptLines, TokenKind::RightBrace, [&] { return ConfigEntry(*entry++); });
}

Doc Formatter::ConfigEntry(const ast::ConfigEntry& entry) {
  Doc name = TakeTight(2);
  if (const auto* config = std::get_if<ast::Config>(&entry.value)) {
    return documents_.Concat({name, SpaceOrBreak(), Config(*config)});
  }
  const auto& range = std::get<ast::ConfigRange>(entry.value);
  Doc first = Assigned(range.first);
  if (!range.last) {
    return documents_.Concat({name, first});
  }
  Doc dots = Take(TokenKind::DotDot);
  return documents_.Concat({name, first, dots, Expr(*range.last)});
}

}  // namespace plait::format
