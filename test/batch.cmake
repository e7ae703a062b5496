# Most of the time of compiling a test goes into templates of Boost and of the standard library, which
# each file makes anew. A batch includes several test files, each in a namespace of its own, so that
# their names do not meet, and takes back their macros. What the files include stands before: header
# guards leave nothing of it inside the namespaces.
#
# As a script, writes the batch: cmake -DBATCH=FILE "-DFILES=FILE;..." -P batch.cmake
if(CMAKE_SCRIPT_MODE_FILE)
    set(includes)
    set(bodies)
    foreach(file IN LISTS FILES)
        file(STRINGS ${file} found REGEX "^#include ")
        get_filename_component(folder ${file} DIRECTORY)
        foreach(include IN LISTS found)
            if(include MATCHES "^#include \"(.*)\"$")
                set(beside ${folder}/${CMAKE_MATCH_1})
                if(EXISTS ${beside})
                    set(include "#include \"${beside}\"")
                endif()
            endif()
            list(APPEND includes "${include}")
        endforeach()
        get_filename_component(name ${file} NAME_WE)
        string(APPEND bodies "namespace in_${name} {\n#include \"${file}\"\n}\n")
        file(STRINGS ${file} macros REGEX "^#define ")
        list(TRANSFORM macros REPLACE "^#define ([A-Za-z0-9_]+).*" "#undef \\1\n")
        string(APPEND bodies ${macros})
    endforeach()
    list(REMOVE_DUPLICATES includes)
    list(JOIN includes "\n" includes)
    file(WRITE ${BATCH} "${includes}\n${bodies}")
    return()
endif()

# Of the sources, those that are named *_test.cpp are put into batches, but for those that add to another
# namespace, which they cannot from within one.
function(loopingcall_batches result)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
    set(${result} ${arg_SOURCES} PARENT_SCOPE)
    if(NOT LOOPINGCALL_BATCHES)
        return()
    endif()
    set(batched ${arg_SOURCES})
    list(FILTER batched INCLUDE REGEX "_test\\.cpp$")
    foreach(file IN LISTS batched)
        file(STRINGS ${file} adds
            REGEX "^(BOOST_TEST_DONT_PRINT_LOG_VALUE|template <>|namespace [a-z:]+ {)" LIMIT_COUNT 1)
        if(adds)
            list(REMOVE_ITEM batched ${file})
        endif()
    endforeach()
    set(sources ${arg_SOURCES})
    list(REMOVE_ITEM sources ${batched})
    list(TRANSFORM batched PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    # As equal as can be: two that are as long as each other keep two processors busy.
    list(LENGTH batched count)
    math(EXPR batches "(${count} + 15) / 16")
    set(number 0)
    while(number LESS batches)
        math(EXPR first "${number} * ${count} / ${batches}")
        math(EXPR length "(${number} + 1) * ${count} / ${batches} - ${first}")
        list(SUBLIST batched ${first} ${length} files)
        set(batch ${CMAKE_CURRENT_BINARY_DIR}/batch_${number}.cpp)
        add_custom_command(OUTPUT ${batch}
            COMMAND ${CMAKE_COMMAND} -DBATCH=${batch} "-DFILES=${files}"
                -P ${PROJECT_SOURCE_DIR}/test/batch.cmake
            DEPENDS ${files} ${PROJECT_SOURCE_DIR}/test/batch.cmake VERBATIM)
        list(APPEND sources ${batch})
        set_source_files_properties(${batch} PROPERTIES COMPILE_OPTIONS "${loopingcall_batch_options}")
        math(EXPR number "${number} + 1")
    endwhile()
    set(${result} ${sources} PARENT_SCOPE)
endfunction()
