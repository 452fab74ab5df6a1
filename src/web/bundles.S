// What cmake/web.cmake bundled, as bytes of the program. The assembler is told the folder by CMake (-I).
.section .rodata
.hidden mayfly_dialogs_script, mayfly_dialogs_script_end
.hidden mayfly_dialogs_style, mayfly_dialogs_style_end
.globl mayfly_dialogs_script, mayfly_dialogs_script_end
.globl mayfly_dialogs_style, mayfly_dialogs_style_end

mayfly_dialogs_script:
.incbin "dialogs.js"
mayfly_dialogs_script_end:

mayfly_dialogs_style:
.incbin "dialogs.css"
mayfly_dialogs_style_end:

// No executable stack because of this file.
.section .note.GNU-stack, "", %progbits
