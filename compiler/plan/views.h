// Pictures of a plan for people.
#pragma once

#include <string>

#include "compiler/plan/plan.h"

namespace plait::plan {

struct ViewOptions {
  bool colour = false;
  /// Only this entry; all where empty.
  std::string entry;
};

/// The stage tree with threads, predicted time, share of it, and bytes, as `plait plan` prints it.
std::string DescribeForPeople(const Plan& plan, const ViewOptions& options);

/// Why each choice was made and what bounds the time, as `plait plan --explain` prints it.
std::string Explain(const Plan& plan, const ViewOptions& options);

/// Graphviz: services as boxes, models inside, edges with their types, parallel stages side by side.
std::string ToDot(const Plan& plan, const ViewOptions& options);

/// The same for Markdown.
std::string ToMermaid(const Plan& plan, const ViewOptions& options);

}  // namespace plait::plan
