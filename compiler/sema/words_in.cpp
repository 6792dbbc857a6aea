#include "compiler/sema/words_in.h"

#include "compiler/syntax/children.h"

namespace plait::sema {
namespace {

class WordCollector {
 public:
  explicit WordCollector(const ast::Module& tree) : tree_(tree) {}

  std::vector<std::string_view> Run(ast::ExprId root) {
    Later(root);
    while (!exprs_.empty() || !types_.empty()) {
      if (!types_.empty()) {
        ast::TypeId type = types_.back();
        types_.pop_back();
        InType(tree_.types[type]);
        continue;
      }
      const ast::Expr& expr = tree_.exprs[exprs_.back()];
      exprs_.pop_back();
      InExpr(expr);
      ast::ForEachChild(expr, [&](ast::ExprId child) { Later(child); });
    }
    return std::move(words_);
  }

 private:
  void Later(ast::ExprId id) {
    if (id.has_value()) {
      exprs_.push_back(id);
    }
  }
  void Later(const std::optional<ast::TypeId>& id) {
    if (id && id->has_value()) {
      types_.push_back(*id);
    }
  }

  void Add(const ast::Path& path) {
    if (!path.words.empty()) {
      words_.push_back(path.words.front().text);
    }
  }
  void AddTypes(const ast::Block& block) {
    for (const ast::Let& let : block.lets) {
      Later(let.type);
    }
  }

  /// The words of the expression itself, without its children.
  void InExpr(const ast::Expr& expr) {
    if (const auto* name = std::get_if<ast::Name>(&expr.node)) {
      words_.push_back(name->text);
    } else if (const auto* brace = std::get_if<ast::Brace>(&expr.node); brace != nullptr && brace->type) {
      Add(*brace->type);
    } else if (const auto* pipe = std::get_if<ast::Pipe>(&expr.node)) {
      Add(pipe->callee);
    } else if (const auto* cast = std::get_if<ast::Cast>(&expr.node)) {
      Later(cast->type);
    } else if (const auto* branch = std::get_if<ast::If>(&expr.node)) {
      AddTypes(branch->then_block);
      AddTypes(branch->else_block);
    } else if (const auto* repeat = std::get_if<ast::Repeat>(&expr.node)) {
      AddTypes(repeat->body);
    } else if (const auto* match = std::get_if<ast::Match>(&expr.node)) {
      for (const ast::Arm& arm : match->arms) {
        InArm(arm);
      }
    }
  }

  void InArm(const ast::Arm& arm) {
    AddTypes(arm.body);
    for (const ast::Pattern& pattern : arm.patterns) {
      Later(pattern.type);
      if (const auto* path = std::get_if<ast::Path>(&pattern.node)) {
        Add(*path);
      }
    }
  }

  void InType(const ast::Type& type) {
    if (const auto* path = std::get_if<ast::PathType>(&type.node)) {
      Add(path->path);
    } else if (const auto* list = std::get_if<ast::ListType>(&type.node)) {
      Later(list->item);
    } else if (const auto* optional = std::get_if<ast::OptionalType>(&type.node)) {
      Later(optional->item);
    } else if (const auto* map = std::get_if<ast::MapType>(&type.node)) {
      Later(map->item);
    } else if (const auto* stream = std::get_if<ast::StreamType>(&type.node)) {
      Later(stream->item);
    } else if (const auto* members = std::get_if<ast::UnionType>(&type.node)) {
      for (ast::TypeId member : members->members) {
        Later(member);
      }
    } else if (const auto* record = std::get_if<ast::RecordType>(&type.node)) {
      for (const ast::TypeField& field : record->fields) {
        Later(field.type);
      }
    }
  }

  const ast::Module& tree_;
  std::vector<ast::ExprId> exprs_;
  std::vector<ast::TypeId> types_;
  std::vector<std::string_view> words_;
};

}  // namespace

std::vector<std::string_view> WordsIn(const ast::Module& tree, ast::ExprId expr) { return WordCollector(tree).Run(expr); }

}  // namespace plait::sema
