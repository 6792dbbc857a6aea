// Numbers as people read them, and the words that views share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/plan/plan.h"

namespace plait::plan {

/// `3.05 s`, `210 ms`, `0.42 ms`.
std::string MsText(double ms);
/// `60.8 GB`, `340 MB`: powers of ten, as memory rates are given.
std::string BytesText(double bytes);
/// Columns that the text takes: code points.
size_t WidthOf(std::string_view text);
/// Cut at a width, with an ellipsis where something is missing.
std::string Shortened(std::string_view text, size_t width);
/// `Gpt2.lm.generate`.
std::string CallName(const Plan& plan, const Stage& call);
/// What a guard adds to what it guards, and what stands in for a failure: `within 200 ms · 2 retries · otherwise 0.0`.
std::string GuardText(const Entry& entry, const Stage& guard);
/// `S.run(text: string = "a") -> [Scored]`.
std::string SignatureOf(const Entry& entry);
/// What services ask of a deployment, and that a run is no such thing: `replicas: 1..4 for S; they are for a deployment, and a run is one
/// process with one of each`. Empty where none asks.
std::string ReplicasText(const Plan& plan);
/// Whether a map only takes in a stream.
bool Collects(const Stage& stage);
/// Every value that the expression reads, each once, in order.
std::vector<ValueId> ValuesOf(const Expr& expr);
/// The entries that a view is to show.
std::vector<const Entry*> ChosenEntries(const Plan& plan, std::string_view name);

}  // namespace plait::plan
