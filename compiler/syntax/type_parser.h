// The types of the grammar.
#pragma once

#include <utility>

#include "compiler/syntax/recovery.h"

namespace plait {

class TypeParser : public Recovery {
 protected:
  using Recovery::Recovery;

  ast::TypeId ParseType();
  ast::TypeId ParseOptionalType();

  ast::Module module_;

 private:
  template <class Node>
  ast::TypeId AddType(uint32_t first, Node node) {
    return module_.types.Add({SpanFrom(first), std::move(node)});
  }

  ast::TypeId ParseAtomicType();
  ast::TypeId ParseListType();
  ast::TypeId ParseRecordType();
  ast::TypeId ParseNamedType();
  ast::TypeId ParseMapOrStreamType();
  ast::TypeId ParseTensorType();
  ast::TypeId ParseForeignGeneric(uint32_t first, const ast::Path& path);
  void ExpectGreater();
};

}  // namespace plait
