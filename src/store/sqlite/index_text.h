// The lookups of a document as one value of its row, so that the writer finds there which entries a
// new version makes obsolete: netstrings, name and value in turn, in the order of the names:
// {"live": "1", "user": "ada"} is `4:live,1:1,4:user,3:ada,`.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/result.h"

namespace mayfly::store::sqlite {

std::string print_indexes(const std::map<std::string, std::string>& indexes);
// ErrorCode::internal when it is not what print_indexes writes.
Result<std::map<std::string, std::string>> parse_indexes(std::string_view text);

}  // namespace mayfly::store::sqlite
