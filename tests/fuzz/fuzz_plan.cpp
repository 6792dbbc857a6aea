// Fuzzes the plan's reader: what it takes for a plan can be shown, and is written as text that reads back to the same plan.
#include "compiler/plan/text.h"
#include "compiler/plan/views.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string text = plait::fuzz::TextOf(data, size);
  plait::plan::LooksLikePlan(text);
  plait::Result<plait::plan::Plan> plan = plait::plan::Read(text, "fuzz.plan");
  if (!plan.ok()) {
    plait::fuzz::Require(!plan.error().message.empty(), "a refusal says why");
    return 0;
  }
  std::string written = plait::plan::Write(*plan);
  plait::Result<plait::plan::Plan> again = plait::plan::Read(written, "fuzz.plan");
  plait::fuzz::Require(again.ok(), "a plan's text can be read");
  plait::fuzz::Require(*again == *plan, "a plan's text reads back to the same plan");
  plait::fuzz::Require(plait::plan::Write(*again) == written, "equal plans give equal text");
  plait::plan::DescribeForPeople(*plan, {});
  plait::plan::Explain(*plan, {});
  plait::plan::ToDot(*plan, {});
  plait::plan::ToMermaid(*plan, {});
  return 0;
}
