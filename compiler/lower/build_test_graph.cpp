#include "compiler/lower/build_test_graph.h"

#include <map>
#include <utility>

#include "compiler/ir/edit.h"
#include "compiler/lower/build_function.h"
#include "compiler/lower/build_graph.h"
#include "compiler/lower/build_models.h"

namespace plait {
namespace {

class TestGraphBuilder {
 public:
  TestGraphBuilder(const sema::TypedModule& module, const ir::Graph& graph, const sema::Test& test) : module_(module), test_(test) {
    result_.graph = graph;
    result_.graph.demands.clear();
    // The same models in the same order have the ids that they have in the graph.
    Store<ir::ModelId, ir::Model> models;
    model_ids_ = BuildModels(module, models);
  }

  TestGraph Build() {
    for (ir::Function& function : result_.graph.functions) {
      function.is_entry = false;
    }
    for (const sema::Given& given : test_.givens) {
      if (given.callee.api) {
        Answer(*given.callee.api);
      }
      result_.givens.push_back(NamesOf(given.callee));
    }
    for (const sema::Expect& expect : test_.expects) {
      result_.counted.push_back(expect.kind == sema::ExpectKind::Calls ? NamesOf(expect.callee) : AnsweringModel());
    }
    ir::Function body = BuildFunction(module_, test_.body, model_ids_);
    body.is_entry = true;
    body.timeout_ms = kDefaultTimeoutMs;
    result_.graph.functions.Add(std::move(body));
    return std::move(result_);
  }

 private:
  /// Gives the api a body that is one call with its parameters as arguments.
  void Answer(sema::FunctionId api) {
    const sema::Function& source = module_.functions[api];
    ir::Function function;
    function.name = sema::QualifiedName(module_, source);
    function.result = source.signature.result;
    function.span = source.signature.span;
    function.body = function.regions.Add({});
    ir::Node call;
    call.kind = ir::NodeKind::CallModel;
    call.type = source.signature.result;
    call.span = source.signature.span;
    call.model = AnsweringModelOf(*source.service);
    call.method = source.signature.name;
    for (const sema::Parameter& parameter : source.signature.parameters) {
      function.parameters.push_back({parameter.name, parameter.type, parameter.default_value});
      call.names.push_back(parameter.name);
      call.operands.push_back(ir::AddParameter(function, function.body, parameter.type, parameter.span));
    }
    ir::NodeId result = ir::AddNode(function, function.body, std::move(call));
    function.regions[function.body].result = result;
    result_.graph.functions[ir::FunctionId{api.index}] = ir::Canonical(function);
  }

  ir::ModelId AnsweringModelOf(sema::ServiceId service) {
    auto [place, is_new] = answering_.try_emplace(service);
    if (is_new) {
      ir::Model model;
      model.name = module_.services[service].name;
      model.task = kAnsweredTask;
      model.source = kAnsweredTask;
      model.location = model.name;
      model.span = module_.services[service].span;
      place->second = result_.graph.models.Add(std::move(model));
    }
    return place->second;
  }

  [[nodiscard]] AnsweringModel NamesOf(const sema::TestedCall& callee) const {
    const std::string& method = sema::SignatureOf(module_, callee).name;
    return callee.api ? AnsweringModel{module_.services[*module_.functions[*callee.api].service].name, method}
                      : AnsweringModel{result_.graph.models[model_ids_[callee.model.index]].name, method};
  }

  const sema::TypedModule& module_;
  const sema::Test& test_;
  TestGraph result_;
  std::vector<ir::ModelId> model_ids_;
  std::map<sema::ServiceId, ir::ModelId> answering_;
};

}  // namespace

TestGraph BuildTestGraph(const sema::TypedModule& module, const ir::Graph& graph, const sema::Test& test) {
  return TestGraphBuilder(module, graph, test).Build();
}

}  // namespace plait
