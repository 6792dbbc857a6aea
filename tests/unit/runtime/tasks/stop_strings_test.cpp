// Stop texts: a match must touch the newest token.
#include "runtime/tasks/stop_strings.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

#include "oracle.h"
#include "runtime/tokenizers/tokenizer.h"

namespace plait {
namespace {

const std::vector<std::string> kPieces = {"st",     "op", "stop", "opera", "sto", "pper", "las",
                                          "topper", "s",  "to",   "pped",  "at",  "tion", " "};

std::vector<int32_t> Tokens(const std::vector<std::string>& pieces) {
  std::vector<int32_t> tokens;
  for (const std::string& piece : pieces) {
    tokens.push_back(static_cast<int32_t>(std::find(kPieces.begin(), kPieces.end(), piece) - kPieces.begin()));
  }
  return tokens;
}

std::string Decode(std::span<const int32_t> tokens) {
  std::string text;
  for (int32_t token : tokens) {
    text += kPieces.at(static_cast<size_t>(token));
  }
  return text;
}

bool Stops(const std::vector<std::string>& pieces, const std::vector<std::string>& stop = {"stop"}) {
  return EndsWithStop(Tokens(pieces), stop, Decode);
}

TEST_CASE("a stop text may begin in earlier tokens and end inside the newest") {
  CHECK(Stops({"st", "op"}));
  CHECK(Stops({"stop"}));
  CHECK(Stops({"st", "opera"}));
  CHECK(Stops({"sto", "pper"}));
  CHECK(Stops({"las", "topper"}));
  CHECK(Stops({"s", "to", "pped"}));
  CHECK(Stops({"at", " ", "at", " ", "at", "s", "to", "pped"}));
}

TEST_CASE("a stop text that the newest token does not touch is no match") {
  CHECK(!Stops({"stop", "at"}));
  CHECK(!Stops({"st", "op", "at"}));
  CHECK(!Stops({"st", "opera", "tion"}));
  CHECK(!Stops({"st"}));
  CHECK(!Stops({}));
  CHECK(!Stops({"stop"}, {}));
}

TEST_CASE("any of several stop texts ends the sequence") {
  CHECK(Stops({"at", "tion"}, {"stop", "tti"}));
  CHECK(!Stops({"at", "tion"}, {"stop", "ttt"}));
  CHECK(Stops({"las", "s"}, {"s"}));
}

TEST_CASE("a character that the newest token completes counts as new") {
  std::string broken = "caf\xef\xbf\xbd";
  CHECK(StopIsNew(broken, "café", std::vector<std::string>{"é"}));
  CHECK(StopIsNew(broken, "café", std::vector<std::string>{"fé"}));
  CHECK(!StopIsNew("café", "café", std::vector<std::string>{"é"}));
  CHECK(!StopIsNew("café", "café!", std::vector<std::string>{"é"}));
}

std::vector<int32_t> Ids(const Value& list) {
  std::vector<int32_t> ids;
  for (const Value& id : list.AsList()) {
    ids.push_back(static_cast<int32_t>(id.AsInt()));
  }
  return ids;
}

TEST_CASE("stops where transformers stops, token by token") {
  std::ostringstream tokenizer_json;
  tokenizer_json << std::ifstream(TinyModel("openai-community/gpt2") + "/tokenizer.json").rdbuf();
  Result<Tokenizer> tokenizer = Tokenizer::Parse(tokenizer_json.str(), "tokenizer.json");
  REQUIRE(tokenizer.ok());
  auto decode = [&](std::span<const int32_t> tokens) { return tokenizer->Decode(tokens, false); };
  Value oracle = ReadOracle("tests/oracle/tasks/stop_texts.json");
  for (const Value& oracle_case : oracle.Field("cases")->AsList()) {
    std::vector<int32_t> ids = Ids(*oracle_case.Field("ids"));
    std::vector<std::string> stop;
    for (const Value& text : oracle_case.Field("stop")->AsList()) {
      stop.push_back(text.AsString());
    }
    std::vector<int32_t> stops_after;
    for (size_t count = 1; count <= ids.size(); ++count) {
      if (EndsWithStop(std::span(ids).first(count), stop, decode)) {
        stops_after.push_back(static_cast<int32_t>(count));
      }
    }
    CAPTURE(ToJson(oracle_case));
    CHECK(stops_after == Ids(*oracle_case.Field("stops_after")));
  }
}

}  // namespace
}  // namespace plait
