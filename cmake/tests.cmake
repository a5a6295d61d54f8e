enable_testing()
# What CTest runs with one label, to be built alone: mist_tests_unit ...
foreach(label IN ITEMS unit simulation integration faults)
  add_custom_target(mist_tests_${label})
endforeach()
include(GoogleTest)

# mist_add_test(unit_base LABEL unit SOURCES a_test.cc LIBRARIES mist_base [TIMEOUT seconds])
# The label is the folder below tests/. Every GoogleTest case becomes one CTest test.
function(mist_add_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE mist_options ${ARG_LIBRARIES} GTest::gtest GTest::gtest_main)
  # The code of these tests runs for milliseconds, and takes a quarter less time to compile without optimizing.
  if(ARG_LABEL MATCHES "^(unit|integration)$" AND NOT MIST_SANITIZE)
    target_compile_options(${name} PRIVATE -O0)
  endif()
  add_dependencies(mist_tests_${ARG_LABEL} ${name})
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT}
               ENVIRONMENT "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp")
endfunction()
