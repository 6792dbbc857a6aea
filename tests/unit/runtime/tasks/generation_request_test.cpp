// How a call's arguments, the model's files and the model's limits make one request.
#include "runtime/tasks/generation_request.h"

#include <doctest/doctest.h>

#include "oracle.h"

namespace plait {
namespace {

Result<GenerationDefaults> Defaults(std::string_view generation_config, std::string_view config = "{}") {
  return ReadGenerationDefaults(Json(generation_config), Json(config), "models/m");
}

constexpr int64_t kPositions = 100;

Result<GenerationRequest> Request(std::string_view arguments, std::string_view generation_config = "{}", size_t prompt_tokens = 10) {
  Result<GenerationDefaults> defaults = Defaults(generation_config);
  REQUIRE(defaults.ok());
  return MakeGenerationRequest(Json(arguments).AsRecord(), std::vector<int32_t>(prompt_tokens, 1), *defaults, kPositions);
}

void CheckFails(const Result<GenerationRequest>& request, FailureKind kind, std::string_view message) {
  REQUIRE(!request.ok());
  CHECK(request.error().kind == kind);
  CHECK(request.error().message == message);
}

TEST_CASE("an empty generation_config.json leaves generate's own defaults") {
  Result<GenerationDefaults> defaults = Defaults("{}", R"({"do_sample": true, "eos_token_id": 3})");
  REQUIRE(defaults.ok());
  CHECK(*defaults == GenerationDefaults{});
  CHECK(!defaults->sampling.do_sample);
  CHECK(defaults->sampling.top_k == 50);
}

TEST_CASE("generation_config.json sets the defaults") {
  Result<GenerationDefaults> defaults =
      Defaults(R"({"do_sample": true, "temperature": 0.6, "top_k": 0, "top_p": 1, "repetition_penalty": 1.1, "max_length": 40,
                   "max_new_tokens": null, "bos_token_id": 7, "eos_token_id": [7, 9], "transformers_version": "4.26.0"})");
  REQUIRE(defaults.ok());
  CHECK(defaults->sampling == SamplingParameters{true, 0.6, 0, 1.0, 1.1});
  CHECK(defaults->max_length == 40);
  CHECK(!defaults->max_new_tokens);
  CHECK(defaults->bos_token_id == 7);
  CHECK(defaults->eos_token_ids == std::vector<int32_t>{7, 9});
}

TEST_CASE("without generation_config.json the old keys of config.json count") {
  Result<GenerationDefaults> defaults = Defaults("null", R"({"do_sample": true, "eos_token_id": 3, "num_beams": 1, "min_length": 0})");
  REQUIRE(defaults.ok());
  CHECK(defaults->sampling.do_sample);
  CHECK(defaults->eos_token_ids == std::vector<int32_t>{3});
}

TEST_CASE("values of the wrong kind or range name the file and the key") {
  for (std::string_view text :
       {R"({"temperature": 0})", R"({"top_k": -1})", R"({"top_p": 1.5})", R"({"repetition_penalty": "a"})", R"({"do_sample": 1})",
        R"({"max_length": 0})", R"({"eos_token_id": [1, "x"]})", R"({"bos_token_id": -1})"}) {
    Result<GenerationDefaults> defaults = Defaults(text);
    CAPTURE(text);
    REQUIRE(!defaults.ok());
    CHECK(defaults.error().kind == FailureKind::ModelConfigInvalid);
    CHECK(defaults.error().place == "models/m/generation_config.json");
  }
  CHECK(Defaults(R"({"temperature": 0})").error().message == "`temperature` is 0, expected a number above 0");
  CHECK(Defaults("null", R"({"top_k": -1})").error().place == "models/m/config.json");
}

TEST_CASE("a way of generating that the runtime lacks is refused, not ignored") {
  Result<GenerationDefaults> defaults = Defaults(R"({"num_beams": 4})");
  REQUIRE(!defaults.ok());
  CHECK(defaults.error().kind == FailureKind::ModelUnsupported);
  CHECK(defaults.error().message == "`num_beams` is 4, a way of generating that the runtime does not have");
  CHECK(!Defaults(R"({"suppress_tokens": [5]})").ok());
  CHECK(!Defaults(R"({"stop_strings": "x"})").ok());
  CHECK(Defaults(R"({"num_beams": 1, "suppress_tokens": [], "bad_words_ids": null, "min_length": 0, "typical_p": 1.0})").ok());
}

TEST_CASE("arguments come before defaults") {
  std::string_view config = R"({"do_sample": false, "temperature": 0.5, "top_k": 3, "top_p": 0.4, "repetition_penalty": 2.0})";
  Result<GenerationRequest> request = Request(
      R"({"do_sample": true, "temperature": 2, "top_k": 7, "top_p": 1.0, "repetition_penalty": 1.5, "num_return_sequences": 3, "seed": -1,
          "stop": ["a", "b"]})",
      config);
  REQUIRE(request.ok());
  CHECK(request->sampling == SamplingParameters{true, 2.0, 7, 1.0, 1.5});
  CHECK(request->num_return_sequences == 3);
  CHECK(request->seed == UINT64_MAX);
  CHECK(request->stop == std::vector<std::string>{"a", "b"});
  request = Request(R"({"do_sample": null, "temperature": null, "top_k": null, "top_p": null, "repetition_penalty": null})", config);
  REQUIRE(request.ok());
  CHECK(request->sampling == SamplingParameters{false, 0.5, 3, 0.4, 2.0});
}

TEST_CASE("which limit holds") {
  auto length = [](std::string_view arguments, std::string_view config = "{}") {
    Result<GenerationRequest> request = Request(arguments, config);
    REQUIRE(request.ok());
    return request->max_length;
  };
  CHECK(length(R"({"max_length": 30})") == 30);
  CHECK(length(R"({"max_length": 100})") == 100);
  CHECK(length(R"({"max_new_tokens": 30})") == 40);
  CHECK(length(R"({"max_new_tokens": 30, "max_length": 20})") == 40);
  CHECK(length(R"({"max_length": 30})", R"({"max_new_tokens": 5})") == 30);
  CHECK(length("{}", R"({"max_new_tokens": 5})") == 15);
  CHECK(length("{}", R"({"max_length": 50})") == 50);
  CHECK(length("{}", R"({"max_length": 50, "max_new_tokens": 5})") == 15);
  CHECK(length("{}", R"({"max_length": 5000})") == kPositions);
  CHECK(length("{}") == kPositions);
  Result<GenerationRequest> request = MakeGenerationRequest({}, {1, 2}, GenerationDefaults{}, 1024);
  REQUIRE(request.ok());
  CHECK(request->max_length == 2 + kDefaultNewTokens);
}

TEST_CASE("a prompt that leaves no room names both numbers") {
  CheckFails(Request(R"({"max_length": 10})"), FailureKind::PromptTooLong,
             "the prompt has 10 tokens, which leaves no room for a new one within `max_length` 10");
  CheckFails(Request("{}", R"({"max_length": 9})"), FailureKind::PromptTooLong,
             "the prompt has 10 tokens, which leaves no room for a new one within `max_length` 9");
  CheckFails(Request("{}", "{}", 100), FailureKind::PromptTooLong,
             "the prompt has 100 tokens, which leaves none of the model's 100 positions for a new one");
  CheckFails(Request(R"({"max_new_tokens": 1})", "{}", 2000), FailureKind::PromptTooLong,
             "the prompt has 2000 tokens, which leaves none of the model's 100 positions for a new one");
}

TEST_CASE("arguments out of range") {
  auto check = [](std::string_view arguments, std::string_view message) {
    CAPTURE(arguments);
    CheckFails(Request(arguments), FailureKind::ArgumentRange, message);
  };
  check(R"({"max_length": 101})", "`max_length` is 101, expected at most the model's 100 positions");
  check(R"({"max_new_tokens": 91})", "`max_new_tokens` is 91, expected at most 90: the model has 100 positions and the prompt 10 tokens");
  check(R"({"max_new_tokens": 9223372036854775807})",
        "`max_new_tokens` is 9223372036854775807, expected at most 90: the model has 100 positions and the prompt 10 tokens");
  check(R"({"max_length": -3})", "`max_length` is -3, expected at least 1");
  check(R"({"max_new_tokens": 0})", "`max_new_tokens` is 0, expected at least 1");
  check(R"({"temperature": 0.0})", "`temperature` is 0.0, expected a number above 0");
  check(R"({"temperature": -1})", "`temperature` is -1.0, expected a number above 0");
  check(R"({"repetition_penalty": 0})", "`repetition_penalty` is 0.0, expected a number above 0");
  check(R"({"top_k": 0})", "`top_k` is 0, expected at least 1");
  check(R"({"top_p": 0.0})", "`top_p` is 0.0, expected a number above 0 and at most 1");
  check(R"({"top_p": 1.01})", "`top_p` is 1.01, expected a number above 0 and at most 1");
  check(R"({"num_return_sequences": 0})", "`num_return_sequences` is 0, expected at least 1");
  check(R"({"num_return_sequences": 1025, "do_sample": true})", "`num_return_sequences` is 1025, expected at most 1024");
  check(R"({"stop": ["a", ""]})", R"(`stop` is ["a", ""], expected no empty text in it)");
  check(R"({"num_return_sequences": 2})", "`num_return_sequences` is 2, but without sampling every sequence would be the same");
  Error error = Request(R"({"num_return_sequences": 2, "do_sample": false})", R"({"do_sample": true})").error();
  REQUIRE(error.notes.size() == 1);
  CHECK(error.notes[0].text == "pass `do_sample: true`, or ask for one sequence");
}

TEST_CASE("a prompt without tokens begins with the model's begin token") {
  Result<GenerationRequest> request = Request("{}", R"({"bos_token_id": 7})", 0);
  REQUIRE(request.ok());
  CHECK(request->prompt_ids == std::vector<int32_t>{7});
  CheckFails(Request("{}", "{}", 0), FailureKind::ArgumentRange,
             "`prompt` is empty, and the model's files name no `bos_token_id` to begin with");
}

}  // namespace
}  // namespace plait
