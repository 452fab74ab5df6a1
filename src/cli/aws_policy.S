// data/policies/aws.json as bytes of the program. The assembler is told the folder by CMake (-I).
.section .rodata
.hidden mayfly_aws_policy, mayfly_aws_policy_end
.globl mayfly_aws_policy, mayfly_aws_policy_end

mayfly_aws_policy:
.incbin "aws.json"
mayfly_aws_policy_end:

// No executable stack because of this file.
.section .note.GNU-stack, "", %progbits
