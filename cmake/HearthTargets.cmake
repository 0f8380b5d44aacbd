# Settings that every target of ours shares, and the helpers that create targets.

find_package(Threads REQUIRED)

find_program(HEARTH_CCACHE ccache)
if(HEARTH_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER "${HEARTH_CCACHE}")
    set(CMAKE_C_COMPILER_LAUNCHER "${HEARTH_CCACHE}")
    set(CMAKE_CUDA_COMPILER_LAUNCHER "${HEARTH_CCACHE}")
endif()

# Linked privately by each target of ours, so that third-party code keeps its own rules.
add_library(hearth_options INTERFACE)
target_compile_features(hearth_options INTERFACE cxx_std_20)
target_include_directories(hearth_options INTERFACE "${PROJECT_SOURCE_DIR}")
# -fno-math-errno and -fno-trapping-math change no result; contraction stays off so that the
# reference kernels mean the same on every machine.
target_compile_options(hearth_options INTERFACE
    "$<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off;-fno-math-errno;-fno-trapping-math>")
if(HEARTH_SANITIZE)
    target_compile_options(hearth_options INTERFACE
        "$<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${HEARTH_SANITIZE};-fno-omit-frame-pointer>")
    target_link_options(hearth_options INTERFACE "-fsanitize=${HEARTH_SANITIZE}")
    if(HEARTH_SANITIZE MATCHES "undefined")
        target_compile_options(hearth_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize-recover=all>")
    endif()
endif()

add_library(hearth_warnings INTERFACE)
target_compile_options(hearth_warnings INTERFACE
    "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wconversion;-Wsign-conversion;-Wshadow;-Wnon-virtual-dtor;-Woverloaded-virtual;-Wold-style-cast>")
if(HEARTH_WARNINGS_AS_ERRORS)
    target_compile_options(hearth_warnings INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:-Werror>")
endif()

# hearth_library(NAME SOURCES... [PUBLIC_LIBS ...] [PRIVATE_LIBS ...])
function(hearth_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC_LIBS;PRIVATE_LIBS" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_link_libraries(${name} PUBLIC hearth_options ${ARG_PUBLIC_LIBS} PRIVATE hearth_warnings ${ARG_PRIVATE_LIBS})
endfunction()

# hearth_program(NAME SOURCES... LIBS ...)
function(hearth_program name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LIBS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE hearth_options hearth_warnings ${ARG_LIBS})
endfunction()

# hearth_test(NAME SOURCES... LIBS ... LABELS ...): one GoogleTest program, registered once with CTest.
function(hearth_test name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LIBS;LABELS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE hearth_options hearth_warnings ${ARG_LIBS} GTest::gtest GTest::gtest_main)
    target_compile_definitions(${name} PRIVATE "HEARTH_TEST_DATA_DIR=\"${PROJECT_SOURCE_DIR}/tests/data\"")
    add_test(NAME ${name} COMMAND ${name})
    set(timeout 300)
    if(HEARTH_SANITIZE)
        set(timeout 1800) # sanitizers slow down up to twentyfold
    endif()
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${timeout})
    set(support "${PROJECT_SOURCE_DIR}/tests/support")
    if(HEARTH_SANITIZE MATCHES "thread")
        set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT "TSAN_OPTIONS=suppressions='${support}/tsan_suppressions.txt'")
    endif()
    if(HEARTH_SANITIZE MATCHES "address")
        set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT
            "LSAN_OPTIONS=suppressions='${support}/lsan_suppressions.txt':print_suppressions=0")
    endif()
endfunction()

# hearth_header_check(): one object library that compiles each public header alone, built on request (./dev check).
function(hearth_add_header_check)
    file(GLOB_RECURSE headers RELATIVE "${PROJECT_SOURCE_DIR}"
        "${PROJECT_SOURCE_DIR}/kernels/base/*.h" "${PROJECT_SOURCE_DIR}/kernels/api/*.h" "${PROJECT_SOURCE_DIR}/kernels/dispatch/*.h"
        "${PROJECT_SOURCE_DIR}/inference/*.h" "${PROJECT_SOURCE_DIR}/media/*.h" "${PROJECT_SOURCE_DIR}/app/*.h")
    set(sources "")
    foreach(header ${headers})
        string(REPLACE "/" "_" name "${header}")
        set(source "${CMAKE_BINARY_DIR}/header_check/${name}.cpp")
        file(CONFIGURE OUTPUT "${source}" CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
        list(APPEND sources "${source}")
    endforeach()
    add_library(hearth_header_check OBJECT EXCLUDE_FROM_ALL ${sources})
    target_link_libraries(hearth_header_check PRIVATE hearth_options hearth_warnings)
endfunction()
