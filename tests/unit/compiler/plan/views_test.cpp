// The pictures of a plan, as text.
#include "compiler/plan/views.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "compiler/plan/text.h"
#include "tests/unit/compiler/plan/sample_plan.h"

using namespace plait;
using namespace plait::plan;

namespace {

bool Holds(const std::string& text, std::string_view piece) { return text.find(piece) != std::string::npos; }

ViewOptions Only(std::string entry) {
  ViewOptions options;
  options.entry = std::move(entry);
  return options;
}

}  // namespace

TEST_CASE("the stage tree for people") {
  CHECK(DescribeForPeople(SamplePlan(), Only("InferenceGraph.generate_score")) ==
        R"(InferenceGraph.generate_score(original_sentence: string = "I have an idea!") -> [Scored]

                                                                   threads   predicted   share      bytes
  parallel                                                         2            3.05 s    92 %
  ├─ Gpt2.lm.generate                      %0 → %1                 1 → 2        3.05 s    92 %    61.0 GB   ◀ critical
  └─ DistilGpt2.lm.generate                %0 → %2                 1            2.46 s    74 %    49.2 GB
  compute  %3 = [%1[0].generated_text, %2[0].generated_text]
  map for %4 in %3                         all in one pass  → %6   2            210 ms     6 %
  └─ BertBaseUncased.classifier.classify   %4 → %5                 2            210 ms     6 %     4.2 GB

  predicted 3.31 s · bound 3.19 s (memory bandwidth) · peak memory 1.3 GB of 25.0 GB, 124 MB of it for drafts
  asked: gpu 1 for Gpt2 · got: cpu (models run on nothing else); --strict refuses
  assumes: new tokens: 112 of max_length 128
  why not faster: plait plan --explain

replicas: 1..4 for Gpt2; they are for a deployment, and a run is one process with one of each
)");
}

TEST_CASE("a plan with branches and filters for people") {
  CHECK(DescribeForPeople(SamplePlan(), Only("InferenceGraph.check")) ==
        R"(InferenceGraph.check(texts: [string], least: float? = 0.5) -> { label: string }

                                                        threads   predicted   share      bytes
  map for %3, %2 in %0 if len(%4) > %3        → %5      1
  └─ compute  %4 = str(%2)
  branch                                      → %8      1
  ├─ if len(%5) == 0  "none"
  └─ else
     └─ BertBaseUncased.classifier.classify   %5 → %7   1           50.0 ms   100 %     1.0 GB

  predicted 50.0 ms · bound 40.0 ms (critical path) · peak memory 0 bytes of 25.0 GB
  why not faster: plait plan --explain

replicas: 1..4 for Gpt2; they are for a deployment, and a run is one process with one of each
)");
}

TEST_CASE("why it is as it is") {
  CHECK(Explain(SamplePlan(), Only("InferenceGraph.generate_score")) ==
        R"(InferenceGraph.generate_score(original_sentence: string = "I have an idea!") -> [Scored]
  predicted 3.31 s, and no schedule of these calls on this machine takes less than 3.19 s

  what bounds the time
    critical path     3.05 s   the longest chain of calls that need each other, each alone on all 2 cores
    computation       2.10 s   all arithmetic, spread over 2 cores
    bandwidth         3.19 s   114 GB of weights at 33.1 GB a second   ◀ the bound

  what was weighed
    stage 1: Gpt2.lm.generate on 1 thread, DistilGpt2.lm.generate on 1 thread, side by side; whoever is done first leaves its threads to Gpt2.lm.generate
         3.31 s   as planned
         3.40 s   one after the other, on 2 threads

  what the prediction rests on
    new tokens: 112 of max_length 128

  what would make it faster
    fewer bytes of weights a token: a smaller model, or `precision: bf16` or `int8`; more texts in one pass cost no more bytes

replicas: 1..4 for Gpt2; they are for a deployment, and a run is one process with one of each
)");
}

TEST_CASE("the picture for Graphviz") {
  std::string dot = ToDot(SamplePlan(), Only("InferenceGraph.generate_score"));
  CHECK(dot.starts_with("digraph plan {"));
  CHECK(dot.ends_with("}\n"));
  CHECK(std::count(dot.begin(), dot.end(), '{') - 1 == std::count(dot.begin(), dot.end(), '}') - 1);
  CHECK(Holds(dot, "subgraph cluster_e0_g0 {\n    label=\"Gpt2\""));
  CHECK(Holds(dot, "label=\"× n batched\""));
  CHECK(Holds(dot, "{ rank=same; e0_n1; e0_n2; }"));
  CHECK(Holds(dot, "e0_n0 -> e0_n1:n [label=\"  original_sentence: string  \"]"));
  CHECK(Holds(dot, "e0_n1 -> e0_n3 [label=\"  generated_text  \"]"));
}

TEST_CASE("text in pictures cannot end what is around it") {
  Plan plan = SamplePlan();
  plan.entries[0].stages[4].assignments[0].value = E("[%1[0].generated_text + \"<b>&\\\"]\\n\", %2[0].generated_text]");
  plan.entries[0].parameters[0].name = "a\"]; b\\";
  std::string dot = ToDot(plan, Only("InferenceGraph.generate_score"));
  CHECK(Holds(dot, "&lt;b&gt;&amp;"));
  CHECK(Holds(dot, R"(label="  a\"]; b\\: string  ")"));
  std::string mermaid = ToMermaid(plan, Only("InferenceGraph.generate_score"));
  CHECK(Holds(mermaid, "#lt;b#gt;#amp;"));
  CHECK(Holds(mermaid, R"(|"a#quot;]; b\: string"|)"));
}

TEST_CASE("the picture for Mermaid") {
  std::string mermaid = ToMermaid(SamplePlan(), Only("InferenceGraph.check"));
  CHECK(mermaid.starts_with("flowchart TD\n"));
  CHECK(Holds(mermaid, "{\"len(list) == 0\"}"));
  CHECK(Holds(mermaid, "-.->|\"then\"|"));
  CHECK(Holds(mermaid, "-.->|\"else\"|"));
}

TEST_CASE("every entry is shown where none is chosen") {
  for (const std::string& text :
       {DescribeForPeople(SamplePlan(), {}), Explain(SamplePlan(), {}), ToDot(SamplePlan(), {}), ToMermaid(SamplePlan(), {})}) {
    CHECK(Holds(text, "InferenceGraph.generate_score"));
    CHECK(Holds(text, "InferenceGraph.check"));
  }
}

TEST_CASE("colour only where it is asked for") {
  ViewOptions options;
  CHECK_FALSE(Holds(DescribeForPeople(SamplePlan(), options), "\x1b"));
  options.colour = true;
  CHECK(Holds(DescribeForPeople(SamplePlan(), options), "\x1b[1m"));
}

TEST_CASE("guards and loops for people") {
  std::string text = DescribeForPeople(GuardedPlan(), {});
  CHECK(Holds(text, "  loop up to 5 rounds with %3 = %0 while len(%3) < 100   → %6"));
  CHECK(Holds(text, "  └─ guard within 60 s "));
  CHECK(Holds(text, "  guard within 200 ms · 2 retries · otherwise 0.0 "));
}

TEST_CASE("a guard is a note on its call, a loop a box that says how often") {
  std::string text = ToMermaid(GuardedPlan(), {});
  CHECK(Holds(text, "subgraph e0_g0 [\"up to 5 rounds\"]"));
  CHECK(Holds(text, "models/bert<br>50.0 ms · 1 thread<br>within 200 ms · 2 retries · otherwise 0.0\"]"));
  CHECK(Holds(text, "-.->|\"again\"| e0_n1"));
  // The result is what the guard gives; the note says what stands in for it.
  CHECK(Holds(text, "e0_n6([\"float\"])"));
  CHECK(Holds(text, "e0_n5 -->|\"score\"| e0_n6"));
  std::string dot = ToDot(GuardedPlan(), {});
  CHECK(Holds(dot, "label=\"up to 5 rounds\"; style=\"rounded,dashed\"; color=\"#f59e0b\""));
  CHECK(Holds(dot, "<br/>within 60 s</font>>"));
}

TEST_CASE("where something else is called for a failure, the picture asks") {
  Plan plan = GuardedPlan();
  Entry& entry = plan.entries[0];
  entry.result = E("%8");
  Stage branch;
  branch.kind = StageKind::Branch;
  branch.arms = {{E("%2.failed"), 7, E("%7[0].score")}, {std::nullopt, std::nullopt, E("%2.value")}};
  branch.writes = 8;
  entry.stages[0].children = {1, 2, 6};
  entry.stages.push_back(branch);
  entry.stages.push_back(CallStage(2, "classify", {{"text", E("%6")}}, 7, 50));
  CHECK(Verify(plan) == "");
  std::string text = ToMermaid(plan, {});
  CHECK(Holds(text, "2 retries · otherwise …"));
  CHECK(Holds(text, "{\"failed?\"}"));
}
