// The example graphs are right, and typed as they read.
#include <doctest/doctest.h>

#include "tests/unit/compiler/sema/checked.h"

namespace plait {
namespace {

testing::Checked CheckGraph(const std::string& name) {
  return testing::CheckText(*MakeRealFileSystem()->ReadFile(JoinPath(PLAIT_SOURCE_DIR, "graphs/" + name)));
}

TEST_CASE("the examples have no errors and no warnings") {
  for (const char* name : {"multi_model.graph", "sequential.graph", "ensemble.graph"}) {
    CAPTURE(name);
    testing::Checked checked = CheckGraph(name);
    CHECK(checked.Codes().empty());
    CHECK_FALSE(checked.module.has_errors);
  }
}

TEST_CASE("the inference graph is told that its loop is one batch") {
  testing::Checked checked = CheckGraph("inference_graph.graph");
  CHECK(checked.Codes() == std::vector<std::string>{"batched-loop"});
  CHECK_FALSE(checked.module.has_errors);
  std::string dump = checked.Dump();
  CAPTURE(dump);
  CHECK(dump.find("  let texts: [string] = [Gpt2.generate(sentence: original_sentence, max_length: 128, num_return_sequences: "
                  "1)[0].generated_text, "
                  "DistilGpt2.generate(sentence: original_sentence, max_length: 128, num_return_sequences: 1)[0].generated_text]\n"
                  "  return [{ generated: t, score: BertBaseUncased.score(sentence: t) } for t in texts]\n") != std::string::npos);
}

TEST_CASE("only services that no other uses are exposed") {
  testing::Checked checked = CheckGraph("ensemble.graph");
  std::vector<bool> exposed;
  for (const sema::Service& service : checked.module.services) {
    exposed.push_back(service.is_exposed);
  }
  CHECK(exposed == std::vector<bool>{false, false, true});
}

}  // namespace
}  // namespace plait
