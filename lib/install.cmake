# What `cmake --install` puts in place: the libraries, their headers, and what find_package and
# pkg-config need. Each room has an export of its own, so that whoever asks for one needs no more of
# Boost than that one does.
include(CMakePackageConfigHelpers)

set(loopingcall_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/loopingcall)

# The .pc files, which tell a compiler the same without CMake.
function(loopingcall_install_pkg_config room)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESCRIPTION" "REQUIRES;LIBS;PRIVATE_LIBS;CFLAGS")
    set(pc_name loopingcall-${room})
    set(pc_description "${arg_DESCRIPTION}")
    list(JOIN arg_REQUIRES " " pc_requires)
    list(JOIN arg_PRIVATE_LIBS " " pc_private_libs)
    list(JOIN arg_LIBS " " pc_libs)
    # From where the file is: an installation may be moved, or have another prefix than planned.
    set(pc_folder ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
    file(RELATIVE_PATH pc_prefix ${pc_folder} ${CMAKE_INSTALL_PREFIX})
    file(RELATIVE_PATH pc_libdir ${pc_folder} ${CMAKE_INSTALL_FULL_LIBDIR})
    file(RELATIVE_PATH pc_includedir ${pc_folder} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
    set(pc_cflags "${arg_CFLAGS}")
    if(BUILD_SHARED_LIBS)
        string(APPEND pc_cflags " -DLOOPINGCALL_SHARED")
    else()
        # A static library brings its own needs along, whether or not --static is given.
        string(APPEND pc_libs " ${pc_private_libs}")
    endif()
    configure_file(${PROJECT_SOURCE_DIR}/lib/loopingcall.pc.in ${pc_name}.pc @ONLY)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${pc_name}.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
endfunction()

function(loopingcall_install_room room)
    set(target loopingcall_${room})
    # The headers are found below include/ wherever that is installed.
    install(TARGETS ${target} EXPORT loopingcall-${room}
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT lib NAMELINK_COMPONENT dev
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev
        FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
    install(EXPORT loopingcall-${room} NAMESPACE loopingcall:: FILE loopingcall-${room}-targets.cmake
        DESTINATION ${loopingcall_config_dir} COMPONENT dev)
endfunction()

function(loopingcall_install_all)
    install(TARGETS loopingcall_all EXPORT loopingcall-loopingcall)
    install(EXPORT loopingcall-loopingcall NAMESPACE loopingcall::
        FILE loopingcall-loopingcall-targets.cmake DESTINATION ${loopingcall_config_dir} COMPONENT dev)
    configure_package_config_file(
        ${PROJECT_SOURCE_DIR}/lib/loopingcall-config.cmake.in loopingcall-config.cmake
        INSTALL_DESTINATION ${loopingcall_config_dir})
    write_basic_package_version_file(loopingcall-config-version.cmake
        COMPATIBILITY SameMinorVersion)
    install(FILES
        ${CMAKE_CURRENT_BINARY_DIR}/loopingcall-config.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/loopingcall-config-version.cmake
        DESTINATION ${loopingcall_config_dir} COMPONENT dev)

    loopingcall_install_pkg_config(loop
        DESCRIPTION "Run something again and again on a Boost.Asio event loop"
        CFLAGS -pthread)
    loopingcall_install_pkg_config(process
        DESCRIPTION "Run a command on a Boost.Asio event loop"
        PRIVATE_LIBS ${loopingcall_boost_process_pc_libs} -lboost_filesystem CFLAGS -pthread)
    loopingcall_install_pkg_config(device
        DESCRIPTION "Wait until nothing uses a device"
        REQUIRES loopingcall-loop loopingcall-process)
    loopingcall_install_pkg_config(config
        DESCRIPTION "Options as oslo.config reads them"
        LIBS -lboost_program_options)
endfunction()
