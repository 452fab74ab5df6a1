// What SQLite says, turned into what a person can act on.
#pragma once

#include <string_view>

#include "core/result.h"

struct sqlite3;

namespace mayfly::store::sqlite {

// The last failure of this connection.
std::unexpected<Error> failure(sqlite3* db);

// For a file without a connection that could remember it.
std::unexpected<Error> failure(int code, std::string_view file);

}  // namespace mayfly::store::sqlite
