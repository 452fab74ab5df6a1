// The JSON tree. Boost.JSON's own types; numbers with a fraction are doubles holding at most six
// decimals, which print.h prints exactly (any millionth below 2^53 survives the trip).
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>

namespace mayfly::json {
using boost::json::array;
using boost::json::object;
using boost::json::value;
}  // namespace mayfly::json
