// Circles: records that contain each other, services that use each other, functions that call each other.

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

/// The records that each value of a type contains. A list or map may be empty, an optional absent, and a union has another member.
void AddContained(const Program& program, const Type& type, const Span& span, std::vector<Link>& links) {
  if (type.Is(TypeKind::Record)) {
    links.push_back({program.record_indices.find(type.name())->second, span});
  } else if (type.Is(TypeKind::Anonymous)) {
    for (const Type::Field& field : type.fields()) {
      AddContained(program, field.type, span, links);
    }
  }
}

void CheckRecords(Program& program) {
  Links links(program.records.size());
  for (uint32_t i = 0; i < links.size(); ++i) {
    const RecordInfo& info = program.records[i];
    const std::vector<RecordField>& fields = program.result.types.records[info.name];
    for (size_t field = 0; field < info.fields.size(); ++field) {
      ast::TypeId type = info.fields[field]->type;
      // A default that needs itself is reported as one.
      if (type.has_value() && !info.fields[field]->default_value) {
        AddContained(program, fields[field].type, program.modules[info.module].tree->types[type].span, links[i]);
      }
    }
  }
  FindCircles(links, [&](const std::vector<uint32_t>& circle, const Link& closing) {
    const std::string& name = program.records[circle.front()].name;
    std::string path = PathText(circle, [&](uint32_t node) { return program.records[node].name; });
    program.reporter.Report(MakeDiagnostic(DiagnosticKind::RecordCycle, closing.span, "`{}` contains itself without end{}", name,
                                           circle.size() == 1 ? "" : ": " + path)
                                .Fix(fmt::format("let it be absent, `{}?`, or have a list of them, `[{}]`", name, name)));
  });
}

}  // namespace

void CheckCycles(Program& program) {
  CheckRecords(program);
  CheckServices(program);
  CheckFunctions(program);
}

}  // namespace plait::sema
