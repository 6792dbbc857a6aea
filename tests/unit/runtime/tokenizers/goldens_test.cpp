// Ids, token types and decoded texts that the `tokenizers` library gave for small tokenizers; see tests/oracle/tokenizers/make_goldens.py.
#include <map>

#include "compiler/base/file_system.h"
#include "compiler/base/value.h"
#include "compiler/formats/json.h"
#include "tests/unit/runtime/tokenizers/small_files.h"

namespace plait::test {
namespace {

const std::string kFolder = PLAIT_SOURCE_DIR "/tests/oracle/tokenizers/";

std::string ReadOrFail(const std::string& path) {
  Result<std::string> text = MakeRealFileSystem()->ReadFile(path);
  REQUIRE(text.ok());
  return *std::move(text);
}

Ids IdsOf(const Value& list) {
  Ids ids;
  for (const Value& id : list.AsList()) {
    ids.push_back(static_cast<int32_t>(id.AsInt()));
  }
  return ids;
}

void CheckCase(const Tokenizer& tokenizer, const Value& golden) {
  CAPTURE(ToJson(golden));
  const std::string& text = golden.Field("text")->AsString();
  const Value& pair = *golden.Field("pair");
  bool special = golden.Field("special")->AsBool();
  Result<Encoding> encoding = pair.is_null() ? tokenizer.Encode(text, special) : tokenizer.EncodePair(text, pair.AsString(), special);
  REQUIRE(encoding.ok());
  CHECK(encoding->input_ids == IdsOf(*golden.Field("ids")));
  CHECK(encoding->token_type_ids == IdsOf(*golden.Field("types")));
  CHECK(tokenizer.Decode(encoding->input_ids, false) == golden.Field("decoded")->AsString());
  CHECK(tokenizer.Decode(encoding->input_ids, true) == golden.Field("decoded_skipping")->AsString());
}

TEST_CASE("goldens of the tokenizers library") {
  Result<Value> goldens = ParseJson(ReadOrFail(kFolder + "goldens.json"), "goldens.json", FailureKind::InputInvalid);
  REQUIRE(goldens.ok());
  std::map<std::string, Tokenizer> parsed;
  for (const Value& golden : goldens->Field("cases")->AsList()) {
    const std::string& name = golden.Field("tokenizer")->AsString();
    auto found = parsed.find(name);
    if (found == parsed.end()) {
      found = parsed.emplace(name, ParseOrFail(ReadOrFail(kFolder + name + "/tokenizer.json"))).first;
    }
    CheckCase(found->second, golden);
  }
  CHECK(parsed.size() == 4);
}

}  // namespace
}  // namespace plait::test
