# Debian packages: `cpack -G DEB` in a build directory with BUILD_SHARED_LIBS=ON (`./dev package`).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME loopingcall)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "The LoopingCall authors <loopingcall@lists.example.org>")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each component has its own
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL lib dev diskwait loopingcall)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Not installed when the dependencies of the programs are looked for.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS
    ${PROJECT_BINARY_DIR}/lib/loop ${PROJECT_BINARY_DIR}/lib/process
    ${PROJECT_BINARY_DIR}/lib/device ${PROJECT_BINARY_DIR}/lib/config)

set(CPACK_DEBIAN_LIB_PACKAGE_NAME libloopingcall${PROJECT_VERSION_MAJOR})
set(CPACK_DEBIAN_LIB_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_LIB_PACKAGE_CONTROL_EXTRA
    ${PROJECT_BINARY_DIR}/debian/shlibs ${PROJECT_SOURCE_DIR}/conf/debian/triggers)
set(CPACK_DEBIAN_LIB_DESCRIPTION "Run something again and again on an event loop
LoopingCall calls a function or a coroutine on a Boost.Asio event loop, exactly
on time, until it is done, and can be stopped at any moment. On top of that, it
runs commands without blocking, waits until nothing uses a block device, and
reads options as oslo.config does.

This package has the shared libraries.")

set(CPACK_DEBIAN_DEV_PACKAGE_NAME libloopingcall-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_SHLIBDEPS OFF)
# The Boost that this was built with: another one may have another ABI.
set(boost ${Boost_VERSION_MAJOR}.${Boost_VERSION_MINOR})
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS
    "libboost${boost}-dev, libboost-filesystem${boost}-dev, libboost-program-options${boost}-dev")
if(loopingcall_boost_process_component)
    string(APPEND CPACK_DEBIAN_DEV_PACKAGE_DEPENDS ", libboost-process${boost}-dev")
endif()
set(CPACK_COMPONENT_DEV_DEPENDS lib)
set(CPACK_DEBIAN_DEV_DESCRIPTION "Run something again and again on an event loop (development files)
LoopingCall calls a function or a coroutine on a Boost.Asio event loop, exactly
on time, until it is done, and can be stopped at any moment.

This package has the headers, and what CMake and pkg-config need.")

set(CPACK_DEBIAN_DISKWAIT_PACKAGE_NAME diskwait)
set(CPACK_DEBIAN_DISKWAIT_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_DISKWAIT_PACKAGE_DEPENDS psmisc)
set(CPACK_DEBIAN_DISKWAIT_PACKAGE_SUGGESTS lsof)
set(CPACK_COMPONENT_DISKWAIT_DEPENDS lib)
set(CPACK_DEBIAN_DISKWAIT_DESCRIPTION "Wait until nothing uses a block device
diskwait looks at the processes that have a device open, and at what the kernel
does with it (mounts, swap, device-mapper, loop devices), at an interval and as
soon as something changes; when nothing uses it any more, it runs a command.
It replaces the sleep in scripts that partition a disk.")

set(CPACK_DEBIAN_LOOPINGCALL_PACKAGE_NAME loopingcall)
set(CPACK_DEBIAN_LOOPINGCALL_PACKAGE_SECTION utils)
set(CPACK_COMPONENT_LOOPINGCALL_DEPENDS lib)
set(CPACK_DEBIAN_LOOPINGCALL_DESCRIPTION "Run a command at an interval until it succeeds
loopingcall runs a command again and again until it exits with 0, with limits
of the number of calls, of the time of each and of the whole, with back-off and
jitter, and tells how the last call ended.")

configure_file(conf/debian/changelog.in debian/changelog @ONLY)
configure_file(conf/debian/shlibs.in debian/shlibs @ONLY)
configure_file(conf/debian/lintian-overrides.in debian/libloopingcall${PROJECT_VERSION_MAJOR} @ONLY)
configure_file(conf/debian/complete.cmake.in debian/complete.cmake @ONLY)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_BINARY_DIR}/debian/complete.cmake)
include(CPack)
