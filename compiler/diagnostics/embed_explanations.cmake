# Writes the pages of compiler/diagnostics/explanations/ into a source file.
# Needs SOURCE_DIR, the root of the project, and OUTPUT, the file to write.
file(GLOB pages ${SOURCE_DIR}/compiler/diagnostics/explanations/*.md)
list(SORT pages)
set(entries "")
foreach(page IN LISTS pages)
  get_filename_component(code ${page} NAME_WE)
  file(READ ${page} text)
  string(APPEND entries "      {\"${code}\", R\"_page_(${text})_page_\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made from the pages in compiler/diagnostics/explanations/ when the program is built.
#include \"compiler/diagnostics/explanation_pages.h\"

namespace plait {

const std::vector<Explanation>& ExplanationPages() {
  static const std::vector<Explanation> kPages = {
${entries}  };
  return kPages;
}

}  // namespace plait
")
