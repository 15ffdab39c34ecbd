# Ocelli's CPU operators: sources and the flags of each instruction set.
#
# Include it from a CMakeLists.txt and add ${OCELLI_KERNEL_SOURCES} to the target. Only the files
# named *_avx512.cc and *_avx2.cc may use those instructions; they include nothing of libtorch, and
# kernels/choose.cc calls them after asking the processor. NEON needs no asking and no flags.
file(GLOB OCELLI_KERNEL_SOURCES CONFIGURE_DEPENDS
  ${CMAKE_CURRENT_LIST_DIR}/*.cc ${CMAKE_CURRENT_LIST_DIR}/*/*.cc)
set(OCELLI_VECTOR_FLAGS -O3 -ffp-contract=fast -fno-math-errno -fno-trapping-math)

foreach(source IN LISTS OCELLI_KERNEL_SOURCES)
  if(source MATCHES "_avx512\\.cc$")
    set(isa -mavx512f -mavx512dq -mavx512vl -mavx512bw -mfma -mprfchw -mprefer-vector-width=512)
  elseif(source MATCHES "_avx2\\.cc$")
    set(isa -mavx2 -mfma -mprfchw)
  elseif(source MATCHES "_neon\\.cc$")
    set(isa "")
  else()
    continue()
  endif()
  # Elsewhere these flags are unknown, and the files are empty.
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" OR source MATCHES "_neon")
    set_source_files_properties(${source} PROPERTIES COMPILE_OPTIONS "${OCELLI_VECTOR_FLAGS};${isa}")
  endif()
endforeach()
