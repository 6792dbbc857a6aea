// Reads requests as JSON lines and answers each with one line: the other side of compare.py.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include "compiler/base/file_system.h"
#include "compiler/base/value.h"
#include "compiler/formats/json.h"
#include "runtime/tokenizers/tokenizer.h"

namespace {

using plait::Value;

Value Ids(const std::vector<int32_t>& ids) {
  plait::ValueList items;
  for (int32_t id : ids) {
    items.push_back(Value::Int(id));
  }
  return Value::List(std::move(items));
}

Value Failure(const plait::Error& error) { return Value::Record({{"error", Value::String(plait::RenderError(error, false))}}); }

/// `{"text": …, "pair": …, "special": …}`: the pair may be null.
Value Encode(const plait::Tokenizer& tokenizer, const Value& request) {
  const std::string& text = request.Field("text")->AsString();
  bool add_special_tokens = request.Field("special")->AsBool();
  const Value* pair = request.Field("pair");
  plait::Result<plait::Encoding> encoding = pair != nullptr && pair->is_string()
                                                ? tokenizer.EncodePair(text, pair->AsString(), add_special_tokens)
                                                : tokenizer.Encode(text, add_special_tokens);
  if (!encoding.ok()) {
    return Failure(encoding.error());
  }
  return Value::Record({{"ids", Ids(encoding->input_ids)}, {"types", Ids(encoding->token_type_ids)}});
}

/// `{"ids": […], "skip": …}`
Value Decode(const plait::Tokenizer& tokenizer, const Value& request) {
  std::vector<int32_t> ids;
  for (const Value& id : request.Field("ids")->AsList()) {
    ids.push_back(static_cast<int32_t>(id.AsInt()));
  }
  return Value::Record({{"text", Value::String(tokenizer.Decode(ids, request.Field("skip")->AsBool()))}});
}

Value Answer(const plait::Tokenizer& tokenizer, const std::string& line) {
  plait::Result<Value> request = plait::ParseJson(line, "request", plait::FailureKind::InputInvalid);
  if (!request.ok()) {
    return Failure(request.error());
  }
  return request->Field("ids") != nullptr ? Decode(tokenizer, *request) : Encode(tokenizer, *request);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: tokenizer_probe tokenizer.json < requests.jsonl\n", stderr);
    return 2;
  }
  plait::Result<std::string> text = plait::MakeRealFileSystem()->ReadFile(argv[1]);
  if (!text.ok()) {
    std::fputs(plait::RenderError(text.error(), false).c_str(), stderr);
    return 1;
  }
  auto start = std::chrono::steady_clock::now();
  plait::Result<plait::Tokenizer> tokenizer = plait::Tokenizer::Parse(*text, argv[1]);
  std::chrono::duration<double, std::milli> parse_time = std::chrono::steady_clock::now() - start;
  if (!tokenizer.ok()) {
    std::fputs(plait::RenderError(tokenizer.error(), false).c_str(), stderr);
    return 1;
  }
  std::fputs(fmt::format("parsed in {:.1f} ms\n", parse_time.count()).c_str(), stderr);
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << plait::ToJson(Answer(*tokenizer, line)) << '\n';
  }
  return 0;
}
