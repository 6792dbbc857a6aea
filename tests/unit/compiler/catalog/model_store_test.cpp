// Where models are looked for, and what is said when they are not there.
#include "compiler/catalog/model_store.h"

#include <map>

#include <doctest/doctest.h>

using namespace plait;

namespace {

Environment Of(std::map<std::string, std::string, std::less<>> variables) {
  return [variables](std::string_view name) -> std::optional<std::string> {
    auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

}  // namespace

TEST_CASE("flags come before plait.toml, which is found in a folder above") {
  InMemoryFileSystem files;
  files.Add("/home/ada/work/plait.toml", "models = [\"models\", \"~/shared\", \"/srv/models\"]\n");
  Result<ModelPlaces> places = FindModelPlaces(files, Of({{"HOME", "/home/ada"}}), {"~/mine"}, "/home/ada/work/graphs/deep/a.graph");
  REQUIRE(places.ok());
  CHECK(places->folders == std::vector<std::string>{"/home/ada/mine", "/home/ada/work/models", "/home/ada/shared", "/srv/models"});
  CHECK(places->hub_cache == "/home/ada/.cache/huggingface/hub");
}

TEST_CASE("plait.toml is found from a relative path too") {
  InMemoryFileSystem files;
  files.Add("../plait.toml", "models = [\"models\"]\n");
  CHECK(FindModelPlaces(files, Of({}), {}, "graphs/a.graph")->folders == std::vector<std::string>{"../models"});
  CHECK(FindModelPlaces(files, Of({}), {}, "../graphs/a.graph")->folders == std::vector<std::string>{"../models"});
  CHECK(FindModelPlaces(files, Of({}), {}, "a.graph")->folders == std::vector<std::string>{"../models"});
  CHECK(FindModelPlaces(files, Of({}), {}, "/graphs/a.graph")->folders.empty());
}

TEST_CASE("the hub's cache by Hugging Face's own rules") {
  InMemoryFileSystem files;
  auto cache = [&](std::map<std::string, std::string, std::less<>> variables) {
    return FindModelPlaces(files, Of(std::move(variables)), {}, "a.graph")->hub_cache;
  };
  CHECK(cache({{"HF_HUB_CACHE", "/c"}, {"HF_HOME", "/h"}}) == "/c");
  CHECK(cache({{"HF_HOME", "~/h"}, {"HOME", "/u"}}) == "/u/h/hub");
  CHECK(cache({{"XDG_CACHE_HOME", "/x"}, {"HF_HOME", ""}}) == "/x/huggingface/hub");
  CHECK(cache({}).empty());
}

TEST_CASE("only the user's own plait.toml allows code, and its folders come after those of the graph's") {
  InMemoryFileSystem files;
  std::string digest = "sha256:" + std::string(64, 'a');
  files.Add("/work/plait.toml", "models = [\"near\"]\n");
  files.Add("/home/ada/.config/plait/plait.toml", "models = [\"~/far\"]\n[code_models]\nallow = [\"" + digest + "\"]\n");
  Result<ModelPlaces> places = FindModelPlaces(files, Of({{"HOME", "/home/ada"}}), {}, "/work/a.graph");
  REQUIRE(places.ok());
  CHECK(places->folders == std::vector<std::string>{"/work/near", "/home/ada/far"});
  CHECK(places->allowed_code == std::vector<std::string>{digest});
  CHECK(FindModelPlaces(files, Of({{"HOME", "/home/bob"}}), {}, "/work/a.graph")->allowed_code.empty());
  files.Add("/work/plait.toml", "[code_models]\nallow = [\"" + digest + "\"]\n");
  Result<ModelPlaces> refused = FindModelPlaces(files, Of({{"HOME", "/home/ada"}}), {}, "/work/a.graph");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message == "`code_models` stands beside a graph, and only your own settings can allow code");
}

TEST_CASE("a broken plait.toml is refused with its place") {
  InMemoryFileSystem files;
  files.Add("plait.toml", "model = [\"a\"]\n");
  Error error = FindModelPlaces(files, Of({}), {}, "a.graph").error();
  CHECK(RenderError(error, false) == "plait.toml:1:1: error: the key `model` is unknown; did you mean `models`? [settings-invalid]\n");
  files.Add("plait.toml", "models = \"a\"\n");
  CHECK(FindModelPlaces(files, Of({}), {}, "a.graph").error().place == "plait.toml:1:10");
  files.Add("plait.toml", "models = [\n");
  CHECK(FindModelPlaces(files, Of({}), {}, "a.graph").error().kind == FailureKind::SettingsInvalid);
}

TEST_CASE("a model is a folder, or a snapshot of the hub's cache") {
  InMemoryFileSystem files;
  ModelPlaces places{{"first", "second"}, "/hub", ""};
  files.Add("/hub/models--org--name/refs/main", "abc\n");
  files.Add("/hub/models--org--name/refs/v1", "def");
  files.Add("/hub/models--org--name/snapshots/abc/config.json", "{}");
  files.Add("/hub/models--org--name/snapshots/def/config.json", "{}");
  CHECK(*FindModelFolder(files, places, "hf:org/name", "", "") == "/hub/models--org--name/snapshots/abc");
  CHECK(*FindModelFolder(files, places, "hf:org/name", "v1", "") == "/hub/models--org--name/snapshots/def");
  CHECK(*FindModelFolder(files, places, "hf:org/name", "def", "") == "/hub/models--org--name/snapshots/def");
  files.Add("second/models--org--name/refs/main", "123");
  files.Add("second/models--org--name/snapshots/123/config.json", "{}");
  CHECK(*FindModelFolder(files, places, "hf:org/name", "", "") == "second/models--org--name/snapshots/123");
  files.Add("first/org/name/config.json", "{}");
  CHECK(*FindModelFolder(files, places, "hf:org/name", "", "") == "first/org/name");
  files.Add("graphs/local/bert/config.json", "{}");
  CHECK(*FindModelFolder(files, places, "path:local/bert", "", "graphs") == "graphs/local/bert");
}

TEST_CASE("a model that is not there is told with every place and the way to get it") {
  InMemoryFileSystem files;
  files.Add("/home/ada/.cache/huggingface/hub/models--openai-community--gpt2/refs/main", "abc");
  ModelPlaces places{{"nowhere"}, "/home/ada/.cache/huggingface/hub", "/home/ada"};
  Result<std::string> folder = FindModelFolder(files, places, "hf:openai-community/gpt2", "", "");
  REQUIRE_FALSE(folder.ok());
  CHECK(RenderError(folder.error(), false) ==
        "error: model `openai-community/gpt2` not found [model-not-found]\n"
        "  looked in  nowhere/openai-community/gpt2 (no such folder)\n"
        "             ~/.cache/huggingface/hub/models--openai-community--gpt2 (no snapshot of revision `main`)\n"
        "  fix        hf download openai-community/gpt2   or   tools/make_models openai-community/gpt2\n");
  CHECK(FindModelFolder(files, places, "path:gone", "", "graphs").error().message == "model folder `gone` not found");
  CHECK_FALSE(FindModelFolder(files, places, "hf:../../etc", "", "").ok());
}
