// Opening the file: creating what is missing, refusing what is not ours, FORMAT.md in SQL.
#pragma once

#include <filesystem>

#include "core/result.h"
#include "store/sqlite/connection.h"

namespace mayfly::store::sqlite {

// Creates missing folders (0700) and the file (0600), readable by nobody else: it holds
// credentials, if only encrypted ones. What exists keeps its mode. Two processes may do this at
// once. invalid: it is not a store, or a newer Mayfly's. unavailable: the file system refuses.
Result<Connection> open_for_writing(const std::filesystem::path& file);

// After open_for_writing, and while that connection lives.
Result<Connection> open_for_reading(const std::filesystem::path& file);

}  // namespace mayfly::store::sqlite
