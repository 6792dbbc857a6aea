# How the kernels are compiled; the cross build of tests/cross reads it as well. The hot loops are optimised in every build: unoptimised
# intrinsics are too slow even for tests. With sanitizers, compilers take many minutes over the portable form above -O2.
set(kernel_options -O3)
if(PLAIT_SANITIZE)
  set(kernel_options -O1)
endif()
# A compiler that fused what is written as two operations would give each processor its own bits.
file(GLOB kernel_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
set_source_files_properties(${kernel_sources} PROPERTIES COMPILE_OPTIONS -ffp-contract=off)
list(APPEND kernel_options -ffp-contract=off)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(avx512_options ${kernel_options} -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC 12 warns of its own header, where some AVX-512 intrinsics start from a deliberately undefined register.
    list(APPEND avx512_options -Wno-maybe-uninitialized -Wno-uninitialized)
  endif()
  set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/form_avx512.cpp PROPERTIES COMPILE_OPTIONS "${avx512_options}")
  set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/form_avx2.cpp PROPERTIES COMPILE_OPTIONS "${kernel_options};-mavx2;-mfma")
endif()
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/form_neon.cpp PROPERTIES COMPILE_OPTIONS "${kernel_options}")
# GCC notes that 64-byte vectors were passed otherwise before version 4.6.
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/form_portable.cpp PROPERTIES COMPILE_OPTIONS "${kernel_options};-Wno-psabi")
