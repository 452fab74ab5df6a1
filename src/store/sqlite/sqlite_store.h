// The Store of one machine: a SQLite file (FORMAT.md).
//
// The problem is that a durable commit waits for the disk, milliseconds where it is a network's,
// and that thousands want one. So one thread writes: it takes all batches that wait, up to 512,
// into one transaction, waits for the disk once and then answers each. Few threads read, beside it,
// each on a connection of its own (docs/decisions/0003-sqlite-group-commit.md).
//
// Threads and order: as store.h says. Callers never wait: past a bound of what may wait, commits
// and reads answer ErrorCode::unavailable at once; the order is that of the commits that were
// accepted. Processes: several may have the same file open and write to it; each sees the others'
// commits. End: the destructor carries out what was accepted, answers it and puts the log into the
// file. Nobody may call meanwhile, `done`s included. Failures: a full disk, a read error, a lock
// held too long fail the commits of that moment (unavailable) and nothing after it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "core/result.h"
#include "store/store.h"

namespace mayfly::store::sqlite {

struct Options {
  std::size_t waiting_commits_max = 4096;
  std::size_t waiting_bytes_max = 64 << 20;  // of the ids, lookups and bodies of waiting commits
  std::size_t waiting_reads_max = 4096;
  std::size_t readers = 2;
};

// Creates what is missing, for nobody else's eyes: folders with mode 0700, the file with 0600.
Result<std::unique_ptr<Store>> open(const std::filesystem::path& file, const Options& options = {});

}  // namespace mayfly::store::sqlite
