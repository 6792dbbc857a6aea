#include "compiler/lower/build_test_graph.h"

#include <algorithm>
#include <map>

#include "compiler/ir/edit.h"
#include "compiler/lower/build_function.h"
#include "compiler/lower/build_graph.h"
#include "compiler/lower/build_models.h"

namespace plait {
namespace {

using ir::NodeKind;

/// The names of its parameters as the arguments of one call.
ir::Function AnsweredFunction(const sema::TypedModule& module, const sema::Function& source, ir::ModelId model) {
  ir::Function function;
  function.name = sema::QualifiedName(module, source);
  function.result = source.signature.result;
  function.span = source.signature.span;
  function.body = function.regions.Add({});
  ir::Node call;
  call.kind = NodeKind::CallModel;
  call.type = source.signature.result;
  call.span = source.signature.span;
  call.model = model;
  call.method = kAnswerMethod;
  for (const sema::Parameter& parameter : source.signature.parameters) {
    function.parameters.push_back({parameter.name, parameter.type, parameter.default_value});
    ir::Node node;
    node.kind = NodeKind::Parameter;
    node.type = parameter.type;
    node.span = parameter.span;
    ir::NodeId id = function.nodes.Add(std::move(node));
    function.regions[function.body].parameters.push_back(id);
    call.names.push_back(parameter.name);
    call.operands.push_back(id);
  }
  ir::NodeId result = ir::AddNode(function, function.body, std::move(call));
  function.regions[function.body].result = result;
  return ir::Canonical(function);
}

class TestGraphBuilder {
 public:
  TestGraphBuilder(const sema::TypedModule& module, const sema::Test& test) : module_(module), test_(test) {}

  TestGraph Build() {
    result_.graph.types = module_.types;
    model_ids_ = BuildModels(module_, result_.graph.models);
    for (const sema::Given& given : test_.givens) {
      if (given.callee.api) {
        AddAnsweringModel(*given.callee.api);
      }
    }
    for (uint32_t i = 0; i < module_.functions.size(); ++i) {
      result_.graph.functions.Add(BuildOne(sema::FunctionId{i}));
    }
    ir::Function body = BuildFunction(module_, test_.body, model_ids_);
    body.is_entry = true;
    body.timeout_ms = kDefaultTimeoutMs;
    result_.graph.functions.Add(std::move(body));
    for (const sema::Given& given : test_.givens) {
      result_.givens.push_back(NamesOf(given.callee));
    }
    for (const sema::Expect& expect : test_.expects) {
      result_.counted.push_back(expect.kind == sema::ExpectKind::Calls ? NamesOf(expect.callee) : AnsweringModel());
    }
    return std::move(result_);
  }

 private:
  void AddAnsweringModel(sema::FunctionId api) {
    if (answering_.contains(api)) {
      return;
    }
    ir::Model model;
    model.name = sema::QualifiedName(module_, module_.functions[api]);
    model.task = "given";
    model.source = "given";
    model.location = model.name;
    model.span = module_.functions[api].signature.span;
    answering_[api] = result_.graph.models.Add(std::move(model));
  }

  ir::Function BuildOne(sema::FunctionId id) {
    const sema::Function& source = module_.functions[id];
    if (auto answering = answering_.find(id); answering != answering_.end()) {
      return AnsweredFunction(module_, source, answering->second);
    }
    ir::Function function = BuildFunction(module_, source, model_ids_);
    if (source.is_api && source.service) {
      function.timeout_ms = module_.services[*source.service].traffic.timeout_ms;
    }
    // A fn has a bare name, and those of two modules may be equal.
    int use = ++times_used_[function.name];
    function.name += use == 1 ? "" : "#" + std::to_string(use);
    return function;
  }

  [[nodiscard]] AnsweringModel NamesOf(const sema::TestedCall& callee) const {
    if (callee.api) {
      return {sema::QualifiedName(module_, module_.functions[*callee.api]), std::string(kAnswerMethod)};
    }
    const sema::Model& model = module_.models[callee.model];
    return {result_.graph.models[model_ids_[callee.model.index]].name, module_.tasks[model.task].methods[callee.method].name};
  }

  const sema::TypedModule& module_;
  const sema::Test& test_;
  TestGraph result_;
  std::vector<ir::ModelId> model_ids_;
  std::map<sema::FunctionId, ir::ModelId> answering_;
  std::map<std::string, int> times_used_;
};

}  // namespace

TestGraph BuildTestGraph(const sema::TypedModule& module, const sema::Test& test) { return TestGraphBuilder(module, test).Build(); }

}  // namespace plait
