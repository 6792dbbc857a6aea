// A document to text.
#pragma once

#include <string>

#include "compiler/format/document.h"

namespace plait::format {

struct RenderOptions {
  /// Lines are broken so that they have no more characters than this, where the document lets them. Comments do not count.
  uint32_t width = 100;
  /// Blanks before the first line, and before each other line besides its own.
  uint32_t indent = 0;
};

/// Takes time in proportion to the document times the width. No line of the result ends with blanks, the last one has no line break.
std::string Render(const Documents& documents, Doc doc, const RenderOptions& options);

}  // namespace plait::format
