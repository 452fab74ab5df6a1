// Prints the OpenAPI document as the server publishes it, for validators that others wrote.
#include <fmt/format.h>

#include "json/print.h"
#include "rest/openapi.h"

int main() {
  using namespace mayfly;
  fmt::print("{}\n", json::print(rest::openapi_document(rest::operations(), "1.0.0")));
}
