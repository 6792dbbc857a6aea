// A sink that stops passing faults on after the first hundred of a file.
#pragma once

#include <utility>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/syntax/lex.h"

namespace plait {

class LimitedSink : public Sink {
 public:
  explicit LimitedSink(Sink& sink) : sink_(sink) {}

  void Report(Diagnostic diagnostic) override {
    ++count_;
    if (count_ > kMaxReportsPerFile) {
      return;
    }
    if (count_ == kMaxReportsPerFile) {
      diagnostic.notes.push_back("further faults of this file are not shown");
    }
    sink_.Report(std::move(diagnostic));
  }

  /// How many were reported, shown or not.
  [[nodiscard]] size_t count() const { return count_; }

 private:
  Sink& sink_;
  size_t count_ = 0;
};

}  // namespace plait
