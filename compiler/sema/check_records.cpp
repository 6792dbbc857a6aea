// Record literals.

#include <algorithm>
#include <map>
#include <set>

#include "compiler/sema/body_checker.h"
#include "compiler/sema/constants.h"

namespace plait::sema {

ExprId BodyChecker::Of(const ast::Brace& node, const At& at) {
  const Type* wanted = at.want != nullptr ? &at.want->type : nullptr;
  if (wanted != nullptr && wanted->Is(TypeKind::Optional)) {
    wanted = &wanted->item();
  }
  bool has_keys = std::ranges::any_of(node.fields, &ast::BraceField::is_string);
  bool wants_map = wanted != nullptr && (wanted->Is(TypeKind::Map) || (wanted->Is(TypeKind::Json) && (has_keys || node.fields.empty())));
  if (!node.type && (has_keys || wants_map)) {
    return CheckMap(node, at, wants_map ? wanted : nullptr);
  }
  if (HasRepeatedFields(node)) {
    std::ranges::for_each(node.fields, [&](const ast::BraceField& field) { MarkUsed(field.value); });
    return AddError(at.span);
  }
  if (node.type) {
    std::optional<FoundSymbol> found = ResolvePath(program_, around_, *node.type, Space::Type);
    if (found && found->symbol.kind == SymbolKind::Record) {
      return CheckNamed(node, at, program_.records[found->symbol.index].name);
    }
    if (found && found->symbol.kind != SymbolKind::Unavailable) {
      NotAValue(node.type->span, node.type->ToString(), found->symbol);
    }
    std::ranges::for_each(node.fields, [&](const ast::BraceField& field) { Check(field.value); });
    return AddError(at.span);
  }
  const Type* member = wanted != nullptr && wanted->Is(TypeKind::Union) ? FindMemberFor(node, *wanted) : wanted;
  if (member != nullptr && member->Is(TypeKind::Record)) {
    return CheckNamed(node, at, member->name());
  }
  return CheckAnonymous(node, at, member != nullptr && member->Is(TypeKind::Anonymous) ? member : nullptr);
}

/// The only record of a union that has all the fields of a literal.
const Type* BodyChecker::FindMemberFor(const ast::Brace& node, const Type& all) {
  const Type* found = nullptr;
  for (const Type::Field& member : all.members()) {
    const Type& type = member.type;
    auto has = [&](const ast::BraceField& field) {
      if (type.Is(TypeKind::Anonymous)) {
        return std::ranges::find(type.fields(), field.name.text, &Type::Field::name) != type.fields().end();
      }
      const std::vector<RecordField>& fields = program_.result.types.records[type.name()];
      return std::ranges::find(fields, field.name.text, &RecordField::name) != fields.end();
    };
    if (type.is_record() && std::ranges::all_of(node.fields, has)) {
      if (found != nullptr) {
        return nullptr;
      }
      found = &type;
    }
  }
  return found;
}

bool BodyChecker::HasRepeatedFields(const ast::Brace& node) {
  std::map<std::string_view, Span> seen;
  bool repeated = false;
  for (const ast::BraceField& field : node.fields) {
    auto [first, is_new] = seen.try_emplace(field.name.text, field.name.span);
    if (!is_new) {
      Report(MakeDiagnostic(DiagnosticKind::DuplicateName, field.name.span, "the field `{}` stands twice", field.name.text)
                 .Also(first->second, "first here"));
      repeated = true;
    }
  }
  return repeated;
}

ExprId BodyChecker::CheckAnonymous(const ast::Brace& node, const At& at, const Type* want) {
  if (want == nullptr && node.fields.empty()) {
    Report(MakeDiagnostic(DiagnosticKind::UntypedLiteral, at.span, "nothing tells which record `{{}}` is")
               .Fix("write the record's name before it, or give the place a type"));
    return AddError(at.span);
  }
  std::map<std::string_view, const ast::BraceField*> given;
  for (const ast::BraceField& field : node.fields) {
    given.emplace(field.name.text, &field);
  }
  MakeRecord record;
  if (want == nullptr) {
    std::vector<Type::Field> fields;
    for (const ast::BraceField& field : node.fields) {
      ExprId value = Check(field.value);
      fields.push_back({field.name.text, TypeOf(value)});
      record.names.push_back(field.name.text);
      record.values.push_back(value);
    }
    bool is_faulty = std::ranges::any_of(fields, [](const Type::Field& field) { return field.type.is_error(); });
    return Add(is_faulty ? Type() : Type::Anonymous(std::move(fields)), at.span, std::move(record));
  }
  std::vector<std::string> wanted;
  std::vector<std::string> missing;
  for (const Type::Field& field : want->fields()) {
    wanted.push_back(field.name);
    record.names.push_back(field.name);
    auto entry = given.find(field.name);
    if (entry == given.end()) {
      missing.push_back(field.name);
    }
    record.values.push_back(entry == given.end() ? AddError(at.span) : CheckAs(entry->second->value, at.want->Of(field.type)));
  }
  ReportFields(node, at, *want, wanted, missing);
  return Add(*want, at.span, std::move(record));
}

ExprId BodyChecker::CheckNamed(const ast::Brace& node, const At& at, const std::string& record) {
  uint32_t index = program_.record_indices.find(record)->second;
  if (!EvaluateRecordDefaults(program_, index, at.span)) {
    std::ranges::for_each(node.fields, [&](const ast::BraceField& field) { Check(field.value); });
    return AddError(at.span);
  }
  std::map<std::string_view, const ast::BraceField*> given;
  for (const ast::BraceField& field : node.fields) {
    given.emplace(field.name.text, &field);
  }
  MakeRecord made;
  std::vector<std::string> wanted;
  std::vector<std::string> missing;
  const std::vector<RecordField>& fields = program_.result.types.records[record];
  for (size_t i = 0; i < fields.size(); ++i) {
    const RecordField& field = fields[i];
    wanted.push_back(field.name);
    made.names.push_back(field.name);
    if (auto entry = given.find(field.name); entry != given.end()) {
      Expectation want{field.type, program_.records[index].fields[i]->name.span,
                       fmt::format("`{}` is `{}`", field.name, field.type.ToString())};
      made.values.push_back(CheckAs(entry->second->value, want));
    } else if (field.default_value) {
      made.values.push_back(AddDefault(field.type, *field.default_value, at.span));
    } else {
      missing.push_back(field.name);
      made.values.push_back(AddError(at.span));
    }
  }
  ReportFields(node, at, Type::Record(record), wanted, missing);
  return Add(Type::Record(record), at.span, std::move(made));
}

void BodyChecker::ReportFields(const ast::Brace& node, const At& at, const Type& type, const std::vector<std::string>& wanted,
                               std::vector<std::string> missing) {
  std::set<std::string_view> known(wanted.begin(), wanted.end());
  auto is_known = [&](const ast::BraceField& field) { return known.contains(field.name.text); };
  if (missing.empty() && std::ranges::all_of(node.fields, is_known)) {
    return;
  }
  Span declared = at.want != nullptr ? at.want->place : Span{};
  if (type.Is(TypeKind::Record)) {
    declared = program_.records[program_.record_indices.find(type.name())->second].decl->name.span;
  }
  auto report = [&](Diagnostic diagnostic) {
    if (declared.file.has_value()) {
      diagnostic.secondary.push_back({declared, fmt::format("fields: {}", Listed(wanted))});
    }
    Report(std::move(diagnostic));
  };
  std::set<std::string_view> given;
  std::ranges::for_each(node.fields, [&](const ast::BraceField& field) { given.insert(field.name.text); });
  std::vector<std::string> left;
  std::ranges::copy_if(wanted, std::back_inserter(left), [&](const std::string& name) { return !given.contains(name); });
  for (const ast::BraceField& field : node.fields) {
    if (is_known(field)) {
      continue;
    }
    Check(field.value);
    Diagnostic diagnostic =
        MakeDiagnostic(DiagnosticKind::RecordFields, field.name.span, "`{}` has no field `{}`", type.ToString(), field.name.text);
    if (std::optional<std::string> near = program_.reporter.Suggest(field.name.text, left)) {
      diagnostic.fixes.push_back({fmt::format("did you mean `{}`?", *near), field.name.span, *near});
      std::erase(missing, *near);
    }
    report(std::move(diagnostic));
  }
  if (!missing.empty()) {
    Span span = node.type ? node.type->span : at.span;
    report(MakeDiagnostic(DiagnosticKind::RecordFields, span, "this `{}` lacks {} `{}`", type.ToString(),
                          missing.size() == 1 ? "the field" : "the fields", fmt::join(missing, "`, `")));
  }
}

}  // namespace plait::sema
