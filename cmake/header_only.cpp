// Gives a room that has only headers so far something to archive.
