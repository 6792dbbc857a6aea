// Circles: services that use each other, functions that call each other.

#include <algorithm>
#include <functional>

#include "compiler/sema/stages.h"

namespace plait::sema {
namespace {

struct Link {
  uint32_t target = 0;
  Span span;
};
using Links = std::vector<std::vector<Link>>;

/// Walks every link once, depth first, and hands each circle to `report` as its nodes and the link that closes it.
void FindCircles(const Links& links, const std::function<void(const std::vector<uint32_t>&, const Link&)>& report) {
  struct Step {
    uint32_t node;
    size_t next_link;
  };
  std::vector<Progress> progress(links.size(), Progress::Waiting);
  for (uint32_t root = 0; root < links.size(); ++root) {
    if (progress[root] != Progress::Waiting) {
      continue;
    }
    std::vector<Step> path = {{root, 0}};
    progress[root] = Progress::Active;
    while (!path.empty()) {
      auto& [node, next_link] = path.back();
      if (next_link == links[node].size()) {
        progress[node] = Progress::Done;
        path.pop_back();
        continue;
      }
      const Link& link = links[node][next_link++];
      if (progress[link.target] == Progress::Active) {
        std::vector<uint32_t> circle;
        for (auto step = std::ranges::find(path, link.target, &Step::node); step != path.end(); ++step) {
          circle.push_back(step->node);
        }
        report(circle, link);
      } else if (progress[link.target] == Progress::Waiting) {
        progress[link.target] = Progress::Active;
        path.push_back({link.target, 0});
      }
    }
  }
}

template <class NameOf>
std::string PathText(const std::vector<uint32_t>& circle, NameOf name_of) {
  std::string text;
  for (uint32_t node : circle) {
    text += name_of(node) + " → ";
  }
  return text + name_of(circle.front());
}

void CheckServices(Program& program) {
  Links links(program.services.size());
  for (uint32_t i = 0; i < links.size(); ++i) {
    const std::vector<Edge>& edges = program.result.services[ServiceId{i}].edges;
    for (size_t edge = 0; edge < edges.size(); ++edge) {
      for (size_t target = 0; target < edges[edge].targets.size(); ++target) {
        links[i].push_back({edges[edge].targets[target].index, program.services[i].edges[edge].target_spans[target]});
      }
    }
  }
  FindCircles(links, [&](const std::vector<uint32_t>& circle, const Link& closing) {
    std::string path = PathText(circle, [&](uint32_t node) { return program.result.services[ServiceId{node}].name; });
    program.reporter.Report(MakeDiagnostic(DiagnosticKind::CallCycle, closing.span, "services use each other in a circle: {}", path)
                                .Note("a call must come to an end; move what both need into a third service"));
  });
}

/// Only calls within one service or among the functions of modules: a circle through edges was found among the services.
void CheckFunctions(Program& program) {
  Links links(program.functions.size());
  for (uint32_t i = 0; i < links.size(); ++i) {
    const Function& function = program.result.functions[FunctionId{i}];
    for (const Expr& expr : function.exprs) {
      const auto* call = std::get_if<CallFunction>(&expr.node);
      if (call != nullptr && program.result.functions[call->function].service == function.service) {
        links[i].push_back({call->function.index, expr.span});
      }
    }
  }
  FindCircles(links, [&](const std::vector<uint32_t>& circle, const Link& closing) {
    auto name_of = [&](uint32_t node) { return QualifiedName(program.result, program.result.functions[FunctionId{node}]); };
    program.reporter.Report(
        MakeDiagnostic(DiagnosticKind::CallCycle, closing.span, "functions call each other in a circle: {}", PathText(circle, name_of))
            .Note("there is no recursion; a loop over data is a comprehension"));
  });
}

}  // namespace

void CheckCycles(Program& program) {
  CheckServices(program);
  CheckFunctions(program);
}

}  // namespace plait::sema
