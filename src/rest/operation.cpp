#include "rest/operation.h"

#include <fmt/format.h>

namespace mayfly::rest {
namespace {

std::vector<Operation> all_operations() {
  std::vector<Operation> all;
  for (auto* some :
       {&reservation_operations, &estimate_operations, &template_operations, &stray_operations,
        &key_operations, &user_operations, &limit_operations, &cost_operations, &webhook_operations,
        &oauth_operations, &system_operations}) {
    for (Operation& operation : some()) all.push_back(std::move(operation));
  }
  return all;
}

}  // namespace

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all = all_operations();
  return all;
}

std::string location(const Call& call, std::string_view collection, std::string_view id) {
  return fmt::format("/users/{}/{}/{}", http::percent_encode(call.user), collection,
                     http::percent_encode(id));
}

}  // namespace mayfly::rest
