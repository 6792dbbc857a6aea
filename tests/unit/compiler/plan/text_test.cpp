// The plan as TOML and back.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "compiler/plan/text.h"
#include "tests/unit/compiler/plan/sample_plan.h"

using namespace plait;
using namespace plait::plan;

namespace {

/// The error of the sample plan's text with one piece of it replaced, as a person reads it.
std::string ErrorAfter(std::string_view from, std::string_view to) {
  std::string text = Write(SamplePlan());
  size_t at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  text.replace(at, from.size(), to);
  Result<Plan> plan = Read(text, "p.plan");
  return plan.ok() ? "" : RenderError(plan.error(), false);
}

std::string LineOf(std::string_view piece) {
  std::string text = Write(SamplePlan());
  return std::to_string(1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find(piece)), '\n'));
}

}  // namespace

TEST_CASE("the text of a plan") {
  std::string text = Write(SamplePlan());
  CHECK(text.starts_with(R"(plait_plan = 1
source = "sha256:5f0c"

[machine]
cores = 2
core_read_bandwidth = 15.0e9
read_bandwidth = 33.1e9
core_fp32_peak = 109.0e9
memory = 25_000_000_000

[[record]]
name = "Scored"
fields = [{ name = "generated", type = "string" }, { name = "score", type = "float", default = "0.25" }]

[[model]]
id = 0
name = "Gpt2.lm"
task = "text.Generator"
source = "hf:openai-community/gpt2"
digest = "sha256:91ab"
architecture = "gpt2"
options = { precision = '"exact"', head = "null" }
weight_bytes = 497_759_232
drafts = ["int8", "text", "model"]
draft_bytes = 124_318_464
draft_model = 1
prompt_starts = ["Answer in one \"word\".\n"]
span = "graphs/inference_graph.graph:12:3-57"
)"));
  CHECK(text.find(R"(
[[entry.stage]]
id = 3
kind = "call"
model = 1
method = "generate"
arguments = { prompt = "%0", max_length = "128" }
writes = 2
threads = 1
yields_to = 2
predicted_ms = 2460.0
bytes = 49_200_000_000
working_bytes = 4096
span = "graphs/inference_graph.graph:17:12-96"

[[entry.stage]]
id = 4
kind = "compute"
assignments = ["%3 = [%1[0].generated_text, %2[0].generated_text]"]
frees = [1, 2]
)") != std::string::npos);
}

TEST_CASE("reading undoes writing, writing undoes reading") {
  for (const Plan& plan : {SamplePlan(), GuardedPlan()}) {
    CHECK(Verify(plan) == "");
    std::string text = Write(plan);
    Result<Plan> read = Read(text, "p.plan");
    REQUIRE_MESSAGE(read.ok(), (read.ok() ? "" : RenderError(read.error(), false)));
    CHECK(*read == plan);
    CHECK(Write(*read) == text);
  }
}

TEST_CASE("guards and loops as tables") {
  std::string text = Write(GuardedPlan());
  CHECK(text.find(R"(kind = "loop"
limit = 5
first = "%0"
state = 3
body = 3
next = "%5"
condition = "len(%3) < 100"
writes = 6
)") != std::string::npos);
  CHECK(text.find(R"(kind = "guard"
within_ms = 200
retries = 2
tolerant = true
body = 5
value = "%1[0].score"
writes = 2
)") != std::string::npos);
}

TEST_CASE("numbers keep every bit") {
  std::mt19937_64 random(5);
  Plan plan = SamplePlan();
  plan.machine.read_bandwidth = 5e-324;
  for (int i = 0; i < 500; ++i) {
    uint64_t bits = random() & 0x7fffffffffffffffULL;
    std::memcpy(&plan.machine.core_fp32_peak, &bits, sizeof bits);
    if (!std::isfinite(plan.machine.core_fp32_peak)) {
      continue;
    }
    plan.entries[0].predicted_ms = static_cast<double>(random() % 1'000'000'000) / 1000;
    plan.machine.memory = static_cast<int64_t>(random() >> (1 + random() % 60));
    Result<Plan> read = Read(Write(plan), "p.plan");
    REQUIRE(read.ok());
    REQUIRE(*read == plan);
  }
}

TEST_CASE("another version is named") {
  CHECK(ErrorAfter("plait_plan = 1", "plait_plan = 2") ==
        "p.plan:1:14: error: the plan has format version 2, this plait reads version 1; compile it again from its source [plan-version]\n");
  CHECK(ErrorAfter("plait_plan = 1", "plait = 1") == "p.plan: error: the file is no plan: it has no integer `plait_plan` [plan-invalid]\n");
}

TEST_CASE("an edit that breaks the plan is refused with its place") {
  CHECK(ErrorAfter("cores = 2", "cores = ").starts_with("p.plan:5:9: error: the plan is not TOML: "));
  CHECK(ErrorAfter("method = \"generate\"", "methods = \"generate\"") ==
        fmt::format("p.plan:{}:1: error: the key `method` is missing [plan-invalid]\n", LineOf("[[entry.stage]]\nid = 2")));
  CHECK(ErrorAfter("memory = 25_000_000_000", "memroy = 25_000_000_000") ==
        "p.plan:9:1: error: the key `memroy` is unknown; did you mean `memory`? [plan-invalid]\n");
  CHECK(ErrorAfter("cores = 2", "cores = \"2\"") == "p.plan:5:9: error: `cores` is a string, expected an integer [plan-invalid]\n");
  CHECK(ErrorAfter("memory = 25_000_000_000", "memory = -1") ==
        "p.plan:9:10: error: `memory` is -1, expected an integer from 0 to 9223372036854775807 [plan-invalid]\n");
  CHECK(ErrorAfter("prompt = \"%0\"", "prompt = \"%0 +\"")
            .find("`prompt`: expected an expression, found the end at byte 4 of the expression") != std::string::npos);
  CHECK(ErrorAfter("children = [2, 3]", "children = [2, 9]").find("stage 1: stage 9 does not exist; the entry has 7 [plan-invalid]") !=
        std::string::npos);
  CHECK(ErrorAfter("type = \"string\"", "type = \"strin[\"").find("`type` is `strin[`, which is no type") != std::string::npos);
  CHECK(ErrorAfter("id = 1\nkind", "id = 7\nkind").find("`id` is 7, expected 1: ids count up from 0") != std::string::npos);
  CHECK(ErrorAfter("kind = \"map\"", "kind = \"lop\"").find("`kind` is `lop`, expected call, compute") != std::string::npos);
  CHECK(ErrorAfter("children = [2, 3]\nfrees = [0]\nthreads = 2", "children = [2, 3]\nfrees = [0]\nthreads = 3")
            .find("stage 1 has 3 threads, more than the 2 of the stage around it") != std::string::npos);
}

TEST_CASE("what looks like a plan") {
  CHECK(LooksLikePlan(Write(SamplePlan())));
  CHECK(LooksLikePlan("# a remark\n\n  plait_plan=7\n"));
  CHECK_FALSE(LooksLikePlan("import std.text\nplait_plan = 1\n"));
  CHECK_FALSE(LooksLikePlan("plait_planner = 1"));
  CHECK_FALSE(LooksLikePlan(""));
}

TEST_CASE("hostile nesting is refused") {
  CHECK_FALSE(Read("a" + std::string(200'000, '.') + "b = 1", "p").ok());
  std::string key = "a";
  for (int i = 0; i < 100'000; ++i) {
    key += ".a";
  }
  CHECK_FALSE(Read(key + " = 1", "p").ok());
  CHECK_FALSE(Read("[" + key + "]", "p").ok());
  CHECK_FALSE(Read("a = " + std::string(200'000, '['), "p").ok());
  CHECK_FALSE(Read("a = " + std::string(200'000, '{'), "p").ok());
}

TEST_CASE("damaged plans neither crash nor hang, and what still reads is sound") {
  const std::string originals[] = {Write(SamplePlan()), Write(GuardedPlan())};
  std::mt19937 random(17);
  int sound = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string text = originals[i % 2];
    for (uint32_t edits = 1 + random() % 3; edits > 0; --edits) {
      size_t at = random() % text.size();
      size_t length = 1 + random() % 12;
      switch (random() % 5) {
        case 0:
          text.erase(at, length);
          break;
        case 1:
          text.insert(at, text.substr(random() % text.size(), length));
          break;
        case 2:
          text[at] = static_cast<char>(random());
          break;
        case 3: {  // Another number, where one is near.
          size_t digit = text.find_first_of("0123456789", at);
          if (digit != std::string::npos) {
            text[digit] = static_cast<char>('0' + random() % 10);
          }
          break;
        }
        default:
          text.resize(at + 1);
      }
    }
    Result<Plan> plan = Read(text, "p");
    if (plan.ok()) {
      ++sound;
      REQUIRE(Verify(*plan).empty());
      REQUIRE(Read(Write(*plan), "p").ok());
      REQUIRE(*Read(Write(*plan), "p") == *plan);
    }
  }
  CHECK(sound > 50);
}
