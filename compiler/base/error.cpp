#include "compiler/base/error.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace plait {

std::string_view FailureCode(FailureKind kind) {
  switch (kind) {
#define X(kind, code, summary) \
  case FailureKind::kind:      \
    return code;
#include "compiler/base/failure_kinds.def"
#undef X
  }
  return "";
}

std::string_view FailureSummary(FailureKind kind) {
  switch (kind) {
#define X(kind, code, summary) \
  case FailureKind::kind:      \
    return summary;
#include "compiler/base/failure_kinds.def"
#undef X
  }
  return "";
}

bool IsTransient(FailureKind kind) { return kind == FailureKind::DeadlineExceeded || kind == FailureKind::Unavailable; }

Error Error::WithNote(std::string label, std::string text) && {
  notes.push_back({std::move(label), std::move(text)});
  return std::move(*this);
}

Error Error::WithPlace(std::string where) && {
  place = std::move(where);
  return std::move(*this);
}

std::string RenderError(const Error& error, bool colour) {
  const char* bold = colour ? "\x1b[1m" : "";
  const char* red = colour ? "\x1b[1;31m" : "";
  const char* reset = colour ? "\x1b[0m" : "";
  std::string text;
  if (!error.place.empty()) {
    text += fmt::format("{}{}: {}", bold, error.place, reset);
  }
  text += fmt::format("{}error:{} {}{}{} [{}]\n", red, reset, bold, error.message, reset, FailureCode(error.kind));
  size_t width = 0;
  for (const ErrorNote& note : error.notes) {
    width = std::max(width, note.label.size());
  }
  std::string_view previous;
  for (const ErrorNote& note : error.notes) {
    std::string_view label = note.label == previous ? std::string_view() : std::string_view(note.label);
    text += fmt::format("  {:<{}}  {}\n", label, width, note.text);
    previous = note.label;
  }
  return text;
}

}  // namespace plait
