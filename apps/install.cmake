# The programs, each as a component of its own, with their documents.
set(LOOPINGCALL_ZSH_COMPLETIONS_DIR ${CMAKE_INSTALL_DATADIR}/zsh/site-functions
    CACHE STRING "Where the completions for zsh are installed")
set(LOOPINGCALL_SYSTEMD_UNIT_DIR lib/systemd/system
    CACHE STRING "Where the units for systemd are installed")

set(documents ${CMAKE_CURRENT_BINARY_DIR}/documents)

# Shared libraries are found from the programs, wherever both are installed; those in /usr, anyway.
if(BUILD_SHARED_LIBS AND NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
    file(RELATIVE_PATH to_libraries ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
    set_target_properties(diskwait loopingcall_program PROPERTIES INSTALL_RPATH "$ORIGIN/${to_libraries}")
endif()

install(TARGETS diskwait RUNTIME COMPONENT diskwait)
install(TARGETS loopingcall_program RUNTIME COMPONENT loopingcall)
foreach(program IN ITEMS diskwait loopingcall)
    install(FILES ${documents}/${program}.1
        DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT ${program})
    install(FILES ${documents}/${program}.bash RENAME ${program}
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT ${program})
    install(FILES ${documents}/_${program}
        DESTINATION ${LOOPINGCALL_ZSH_COMPLETIONS_DIR} COMPONENT ${program})
endforeach()
install(FILES ${documents}/diskwait.conf.5
    DESTINATION ${CMAKE_INSTALL_MANDIR}/man5 COMPONENT diskwait)
configure_file(${PROJECT_SOURCE_DIR}/conf/diskwait@.service.in diskwait@.service @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/diskwait@.service
    DESTINATION ${LOOPINGCALL_SYSTEMD_UNIT_DIR} COMPONENT diskwait)
install(FILES ${PROJECT_SOURCE_DIR}/conf/diskwait.conf.sample
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/diskwait/examples COMPONENT diskwait)
