# Sanitizer builds compile six sources at once, which is twice as fast. A folder's sources then share their anonymous namespace.
#
# The standard library's headers are parsed once instead of in every source: a third of the time to compile a test, a sixth of that
# of the product under a sanitizer. The product's other builds go without, so that a source that forgets an include does not compile
# there.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/precompiled.cc CONTENT "")  # written once
# One set of headers for the product and one for the tests; a target takes it over, since each copy is 100 MB.
foreach(set IN ITEMS product tests)
  add_library(mist_precompiled_${set} OBJECT ${CMAKE_BINARY_DIR}/generated/precompiled.cc)
  target_link_libraries(mist_precompiled_${set} PRIVATE mist_options)
  target_precompile_headers(mist_precompiled_${set} PRIVATE
    <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <deque> <filesystem> <functional> <map> <memory> <mutex>
    <optional> <set> <span> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>)
endforeach()
target_link_libraries(mist_precompiled_tests PRIVATE GTest::gtest)
target_precompile_headers(mist_precompiled_tests PRIVATE <gtest/gtest.h>)
if(NOT MIST_SANITIZE)
  target_compile_options(mist_precompiled_tests PRIVATE -O0)  # as mist_add_test() has it
endif()

# All targets of a folder and of those below it.
function(mist_use_precompiled folder)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(type MATCHES "STATIC_LIBRARY|EXECUTABLE")
      get_target_property(libraries ${target} LINK_LIBRARIES)
      get_target_property(options ${target} COMPILE_OPTIONS)
      set(set product)
      if(GTest::gtest IN_LIST libraries)
        set(set tests)
      endif()
      if(NOT MIST_SANITIZE AND NOT "-O0" IN_LIST options)
        continue()
      endif()
      if(MIST_SANITIZE)
        get_target_property(unity ${target} UNITY_BUILD)
        if(NOT unity STREQUAL OFF)
          set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
        endif()
      endif()
      target_precompile_headers(${target} REUSE_FROM mist_precompiled_${set})
      target_compile_options(${target} PRIVATE -fpch-preprocess)  # else ccache keeps nothing of it
    endif()
  endforeach()
  get_property(subfolders DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(subfolder IN LISTS subfolders)
    mist_use_precompiled(${subfolder})
  endforeach()
endfunction()

foreach(folder IN ITEMS base contexts master api cli tests)  # generated code is compiled with other options
  mist_use_precompiled(${CMAKE_SOURCE_DIR}/${folder})
endforeach()
