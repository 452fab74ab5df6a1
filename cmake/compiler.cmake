# g++ before 14 miscompiles common co_await shapes (double destruction, no warning): refuse it.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  message(FATAL_ERROR "g++ ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines; use clang-19 "
                      "(./run does) or g++ 14 and newer.")
endif()

add_library(mayfly_options INTERFACE)
target_compile_options(mayfly_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -Werror)
# A designated initializer that leaves members to their defaults is how our values are made.
target_compile_options(mayfly_options INTERFACE
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-designated-field-initializers>
  $<$<CXX_COMPILER_ID:GNU>:-Wno-missing-field-initializers>)
target_include_directories(mayfly_options INTERFACE ${CMAKE_SOURCE_DIR}/src)

set(MAYFLY_SANITIZE "" CACHE STRING "address;undefined or thread: builds everything with it")
if(MAYFLY_SANITIZE)
  string(REPLACE ";" "," sanitizers "${MAYFLY_SANITIZE}")
  add_compile_options(-fsanitize=${sanitizers} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${sanitizers})
endif()

# Faster tools are used when present and never required.
find_program(MAYFLY_CCACHE ccache)
if(MAYFLY_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros ${MAYFLY_CCACHE})
endif()
find_program(MAYFLY_MOLD mold)
find_program(MAYFLY_LLD NAMES ld.lld ld.lld-19)
if(MAYFLY_MOLD)
  add_link_options(-fuse-ld=${MAYFLY_MOLD})
elseif(MAYFLY_LLD)
  add_link_options(-fuse-ld=${MAYFLY_LLD})
endif()
