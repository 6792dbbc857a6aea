#include "compiler/ir/node_names.h"

namespace plait::ir {

std::string_view NodeKindName(NodeKind kind) {
  switch (kind) {
#define X(kind, name)  \
  case NodeKind::kind: \
    return name;
#include "compiler/ir/node_kinds.def"
#undef X
  }
  return "";
}

}  // namespace plait::ir
