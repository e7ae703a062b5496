# How the process room uses Boost.Process. Sets:
#   loopingcall_boost_process            the target to link, or nothing
#   loopingcall_boost_process_component  the component of Boost that consumers have to find, or nothing
#   loopingcall_boost_process_pc_libs    the same for pkg-config
#   loopingcall_boost_process_define     LOOPINGCALL_WITHOUT_BOOST_PROCESS, or nothing
#
# Boost.Process v2 is header-only before 1.86, and a library from then on. Debian's 1.88 has the headers
# without the library: there, the room uses a handle of its own, which needs Linux 5.4 for pidfds. So it
# does where the headers before 1.86 call a close_range() that the C library lacks, as musl and glibc
# before 2.34 do.
option(LOOPINGCALL_WITHOUT_BOOST_PROCESS "Do not use Boost.Process, even if it can be linked" OFF)

include(CheckCXXSymbolExists)
check_cxx_symbol_exists(close_range unistd.h LOOPINGCALL_HAS_CLOSE_RANGE)

set(loopingcall_boost_process)
set(loopingcall_boost_process_component)
set(loopingcall_boost_process_pc_libs)
set(loopingcall_boost_process_define)
set(loopingcall_boost_process_how "header-only")
# A project that adds the sources of Boost has all targets, and may tell no version.
if(NOT TARGET Boost::process AND Boost_VERSION VERSION_GREATER_EQUAL 1.86)
    find_package(Boost ${Boost_VERSION} EXACT QUIET COMPONENTS process)
endif()
if(LOOPINGCALL_WITHOUT_BOOST_PROCESS)
    set(loopingcall_boost_process_fits OFF)
elseif(Boost_VERSION AND Boost_VERSION VERSION_LESS 1.86)
    set(loopingcall_boost_process_fits ${LOOPINGCALL_HAS_CLOSE_RANGE})
elseif(TARGET Boost::process)
    set(loopingcall_boost_process_fits ON)
    set(loopingcall_boost_process_how "as a library")
    set(loopingcall_boost_process Boost::process)
    set(loopingcall_boost_process_component process)
    set(loopingcall_boost_process_pc_libs -lboost_process)
else()
    set(loopingcall_boost_process_fits OFF)
endif()
if(NOT loopingcall_boost_process_fits)
    set(loopingcall_boost_process_how "not used; a handle of our own")
    set(loopingcall_boost_process_define LOOPINGCALL_WITHOUT_BOOST_PROCESS)
endif()
message(STATUS "Boost ${Boost_VERSION}; Boost.Process: ${loopingcall_boost_process_how}")
