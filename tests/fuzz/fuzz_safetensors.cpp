// Fuzzes the reader of safetensors headers: the tensors that it tells of fill the file, in order and without gaps.
#include "compiler/formats/safetensors.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using plait::fuzz::Require;
  std::string file = plait::fuzz::TextOf(data, size);
  plait::Result<uint64_t> header_bytes = plait::SafetensorsHeaderBytes(file, size, "fuzz.safetensors");
  if (!header_bytes.ok()) {
    return 0;
  }
  Require(*header_bytes <= size, "the header is no longer than the file");
  file.resize(*header_bytes);
  plait::Result<plait::SafetensorsHeader> header = plait::ParseSafetensorsHeader(file, size, "fuzz.safetensors");
  if (!header.ok()) {
    return 0;
  }
  uint64_t end = *header_bytes;
  for (const plait::SafetensorsTensor& tensor : header->tensors) {
    Require(tensor.begin == end && tensor.begin <= tensor.end, "tensors follow each other");
    Require(header->Find(tensor.name) == &tensor, "tensors are found by name");
    end = tensor.end;
  }
  Require(end == size, "the last tensor ends with the file");
  return 0;
}
