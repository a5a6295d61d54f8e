# Every target of ours links mist_options: the language, the warnings, the sanitizers and the include root.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(MIST_SANITIZE "" CACHE STRING "Sanitizers for every target: 'address,undefined' or 'thread'")

add_library(mist_options INTERFACE)
target_include_directories(mist_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
target_compile_options(mist_options INTERFACE -Wall -Wextra -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # g++ 12 sees overlapping copies in std::string's operator+ at -O3, where there are none (its bug 105651).
  target_compile_options(mist_options INTERFACE $<$<CONFIG:Release>:-Wno-restrict>)
endif()
target_compile_definitions(mist_options INTERFACE MIST_VERSION="${PROJECT_VERSION}")
if(MIST_SANITIZE)
  add_compile_options(-fsanitize=${MIST_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MIST_SANITIZE})
  target_compile_options(mist_options INTERFACE -Wno-maybe-uninitialized)  # g++ 12 misjudges instrumented code
endif()
if(MIST_SANITIZE MATCHES undefined)
  # A check at each member access: they double the time to compile, and AddressSanitizer stops at null pointers anyway.
  add_compile_options(-fno-sanitize=null,alignment)
endif()
if(MIST_SANITIZE MATCHES thread)
  target_compile_options(mist_options INTERFACE -Wno-tsan)
endif()
include(CheckLinkerFlag)
check_linker_flag(CXX -fuse-ld=lld MIST_HAS_LLD)
if(MIST_HAS_LLD)  # a seventh of the time of GNU ld, for some hundred programs of tests
  add_link_options(-fuse-ld=lld)
endif()
find_package(Threads REQUIRED)
target_link_libraries(mist_options INTERFACE Threads::Threads)
