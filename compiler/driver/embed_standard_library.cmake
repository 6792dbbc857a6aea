# Writes a C++ source that holds stdlib/*.graph. Run as a script: cmake -DSOURCE_DIR=… -DOUTPUT=… -P this file.
file(GLOB modules ${SOURCE_DIR}/stdlib/*.graph)
list(SORT modules)
set(entries "")
foreach(module ${modules})
  get_filename_component(name ${module} NAME_WE)
  file(READ ${module} text)
  string(APPEND entries "    {\"std.${name}\", \"stdlib/${name}.graph\", R\"__graph__(${text})__graph__\"},\n")
endforeach()
file(WRITE ${OUTPUT}
  "// Made from stdlib/*.graph at build.\n#include \"compiler/driver/standard_library.h\"\n\n"
  "namespace plait {\nnamespace {\n\nconstexpr StandardModule kModules[] = {\n${entries}};\n\n}  // namespace\n\n"
  "std::span<const StandardModule> StandardModules() { return kModules; }\n\n}  // namespace plait\n")
