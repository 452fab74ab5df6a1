// data/catalog/*.csv as bytes of the program. The assembler is told the folder by CMake (-I).
.section .rodata
.hidden mayfly_snapshot_offers, mayfly_snapshot_offers_end
.hidden mayfly_snapshot_gp3, mayfly_snapshot_gp3_end
.hidden mayfly_snapshot_emr_types, mayfly_snapshot_emr_types_end
.hidden mayfly_snapshot_emr_surcharges, mayfly_snapshot_emr_surcharges_end
.globl mayfly_snapshot_offers, mayfly_snapshot_offers_end
.globl mayfly_snapshot_gp3, mayfly_snapshot_gp3_end
.globl mayfly_snapshot_emr_types, mayfly_snapshot_emr_types_end
.globl mayfly_snapshot_emr_surcharges, mayfly_snapshot_emr_surcharges_end

mayfly_snapshot_offers:
.incbin "offers.csv"
mayfly_snapshot_offers_end:

mayfly_snapshot_gp3:
.incbin "gp3.csv"
mayfly_snapshot_gp3_end:

mayfly_snapshot_emr_types:
.incbin "emr_types.csv"
mayfly_snapshot_emr_types_end:

mayfly_snapshot_emr_surcharges:
.incbin "emr_surcharges.csv"
mayfly_snapshot_emr_surcharges_end:

// No executable stack because of this file.
.section .note.GNU-stack, "", %progbits
