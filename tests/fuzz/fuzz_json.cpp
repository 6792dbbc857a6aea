// Fuzzes the JSON reader: what it reads is written, on one line and on many, as text that reads back to the same value.
#include "compiler/formats/json.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  plait::Result<plait::Value> value = plait::ParseJson(plait::fuzz::TextOf(data, size), "fuzz.json", plait::FailureKind::InputInvalid);
  if (!value.ok()) {
    plait::fuzz::Require(!value.error().message.empty(), "a refusal says why");
    return 0;
  }
  for (bool pretty : {false, true}) {
    std::string written = plait::ToJson(*value, {pretty});
    plait::Result<plait::Value> again = plait::ParseJson(written, "fuzz.json", plait::FailureKind::InputInvalid);
    plait::fuzz::Require(again.ok() && *again == *value, "a value's text reads back to the same value");
  }
  return 0;
}
