// Formats declarations.
#include "compiler/format/formatter.h"

namespace plait::format {

Doc Formatter::Declaration(const ast::Import& node) {
  Doc space = documents_.Space();
  const auto* path = std::get_if<ast::Path>(&node.target);
  std::vector<Doc> parts = {Take(), space, path != nullptr ? TakePath(*path) : Take(TokenKind::String)};
  if (node.alias) {
    parts.insert(parts.end(), {space, Take(TokenKind::As), space, Take()});
  }
  return documents_.Concat(parts);
}

Doc Formatter::Declaration(const ast::Const& node) {
  Doc word = Take();
  Doc name = Take();
  Doc type = Annotation(node.type);
  return documents_.Concat({word, documents_.Space(), name, type, Default(node.value)});
}

Doc Formatter::Declaration(const ast::Record& node) {
  Doc space = documents_.Space();
  auto field = node.fields.begin();
  auto take_field = [&] {
    Doc name = Take();
    Doc type = Annotation(field->type);
    return documents_.Concat({name, type, Default((field++)->default_value)});
  };
  return documents_.Concat({Take(), space, Take(), SpaceOrBreak(), List(ListStyle::KeptLines, TokenKind::RightBrace, take_field)});
}

Doc Formatter::Declaration(const ast::Enum& node) {
  Doc space = documents_.Space();
  auto variant = node.variants.begin();
  auto take_variant = [&] {
    Doc name = Take();
    bool has_label = (variant++)->label.has_value();
    return has_label ? documents_.Concat({name, space, Take(TokenKind::Equal), space, Take(TokenKind::String)}) : name;
  };
  return documents_.Concat({Take(), space, Take(), SpaceOrBreak(), List(ListStyle::KeptLines, TokenKind::RightBrace, take_variant)});
}

Doc Formatter::Declaration(const ast::Task& node) {
  Doc space = documents_.Space();
  Doc head = documents_.Concat({Take(), space, Take()});
  Doc options = At(TokenKind::LeftParen) ? documents_.Group(Params(node.options)) : documents_.Empty();
  auto method = node.methods.begin();
  auto take_method = [&] {
    Doc word = Take();
    return documents_.Concat({word, space, Signature((method++)->signature)});
  };
  return documents_.Concat({head, options, SpaceOrBreak(), Braces(take_method)});
}

Doc Formatter::Declaration(const ast::Function& node) {
  Doc word = Take();
  Doc signature = Signature(node.signature);
  if (!node.has_body) {
    return documents_.Concat({word, documents_.Space(), signature});
  }
  return documents_.Group(documents_.Concat({word, documents_.Space(), signature, SpaceOrBreak(), Block(node.body)}));
}

Doc Formatter::Declaration(const ast::ServiceInstance& node) {
  Doc space = documents_.Space();
  return documents_.Concat({Take(), space, Take(), space, Take(TokenKind::Equal), space, TakePath(node.callee), Arguments(node.arguments)});
}

Doc Formatter::Declaration(const ast::Test& node) {
  Doc space = documents_.Space();
  auto step = node.steps.begin();
  auto take_step = [&] { return std::visit([this](const auto& inner) { return Step(inner); }, *step++); };
  return documents_.Concat({Take(), space, Take(TokenKind::String), SpaceOrBreak(), Braces(take_step)});
}

Doc Formatter::Step(const ast::Given& step) {
  Doc word = Take();
  Doc callee = TakePath(step.callee);
  Doc arguments = Arguments(step.arguments);
  return documents_.Concat({word, documents_.Space(), callee, arguments, Default(step.result)});
}

Doc Formatter::Step(const ast::Expect& step) {
  Doc word = Take();
  return documents_.Concat({word, documents_.Space(), Expr(step.condition)});
}

Doc Formatter::Signature(const ast::Signature& signature) {
  Doc name = Take();
  return documents_.Concat({name, ParamsAndResult(signature.params, signature.result)});
}

/// What does not fit on one line gets a line for each parameter, before a line for each field of the result; a parameter alone stays.
Doc Formatter::ParamsAndResult(const std::vector<ast::Param>& params, ast::TypeId result) {
  Doc space = documents_.Space();
  bool is_result_first = params.size() == 1 && std::holds_alternative<ast::RecordType>(module_.types[result].node);
  Doc list = Params(params);
  Doc head = is_result_first ? documents_.Group(list) : list;
  return documents_.Group(documents_.Concat({head, space, Take(TokenKind::Arrow), space, Type(result)}));
}

Doc Formatter::Params(const std::vector<ast::Param>& params) {
  auto param = params.begin();
  return OpenList(ListStyle::Commas, TokenKind::RightParen, [&] {
    Doc name = Take();
    Doc type = Annotation(param->type);
    return documents_.Concat({name, type, Default((param++)->default_value)});
  });
}

}  // namespace plait::format
