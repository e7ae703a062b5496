# Headers write `@par Title  text` on one line; Doxygen would take all of it for the title.
s,^( *///) @par ([A-Za-z][A-Za-z ;-]*)  +(.*)$,\1 @par \2\n\1 \3,
