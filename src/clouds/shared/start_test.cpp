#include "clouds/shared/start.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <optional>
#include <stdexcept>

#include "core/manual_loop.h"

namespace mayfly::clouds {
namespace {

struct OneDriver {
  boost::asio::io_context& context;

  boost::asio::any_io_executor executor() { return context.get_executor(); }
  Work<int> answering() { co_return 7; }
  Work<int> throwing() {
    throw std::length_error("too long");
    co_return 0;
  }
};

std::optional<CloudResult<int>> answer_of(Work<int> (OneDriver::*work)()) {
  boost::asio::io_context context;
  ManualLoop loop;
  const auto driver = std::make_shared<OneDriver>(context);
  std::optional<CloudResult<int>> answer;
  start<int>(driver, "test", (*driver.*work)(), loop,
             [&](CloudResult<int> result) { answer = std::move(result); });
  context.run();
  loop.run();
  return answer;
}

TEST(StartedWork, IsAnsweredOnTheLoop) {
  EXPECT_EQ(answer_of(&OneDriver::answering), CloudResult<int>(7));
}

TEST(StartedWork, IsAnsweredAlsoWhenItThrows) {
  const auto answer = answer_of(&OneDriver::throwing);
  ASSERT_TRUE(answer);
  ASSERT_FALSE(*answer);
  EXPECT_EQ(answer->error().reaction, Reaction::ambiguous);
  EXPECT_EQ(answer->error().message, "too long");
}

}  // namespace
}  // namespace mayfly::clouds
