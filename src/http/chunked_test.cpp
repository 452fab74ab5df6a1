#include "http/chunked.h"

#include <gtest/gtest.h>

namespace mayfly::http {
namespace {

using State = ChunkedDecoder::State;

struct Decoded {
  State state;
  std::string body;
  std::size_t consumed;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view wire, std::size_t cut, std::size_t body_max = 100) {
  ChunkedDecoder decoder(body_max);
  Decoded result{};
  result.consumed = decoder.feed(wire.substr(0, cut), result.body);
  if (decoder.state() == State::reading) {
    result.consumed += decoder.feed(wire.substr(cut), result.body);
  }
  result.state = decoder.state();
  return result;
}

// Cuts at every byte and expects the same each time.
Decoded decode_every_way(std::string_view wire, std::size_t body_max = 100) {
  const Decoded whole = decode(wire, wire.size(), body_max);
  for (std::size_t cut = 0; cut < wire.size(); ++cut) {
    EXPECT_EQ(decode(wire, cut, body_max), whole) << "cut at " << cut << " of " << wire;
  }
  return whole;
}

TEST(Chunks, AreJoined) {
  const Decoded decoded = decode_every_way("4\r\nWiki\r\nA\r\npedia in 5\r\n0\r\n\r\n");
  EXPECT_EQ(decoded.state, State::done);
  EXPECT_EQ(decoded.body, "Wikipedia in 5");
}

TEST(Chunks, MayBeNone) {
  EXPECT_EQ(decode_every_way("0\r\n\r\n"), (Decoded{State::done, "", 5}));
}

TEST(Chunks, LeaveWhatFollowsThem) {
  EXPECT_EQ(decode_every_way("1\r\nx\r\n000\r\n\r\nGET /").consumed, 13U);
}

TEST(Chunks, LoseExtensionsAndTrailers) {
  const Decoded decoded =
      decode_every_way("1;a=b;c=\"d\"\r\nx\r\n0 ; e\r\nHost: evil\r\nX: y\r\n\r\n");
  EXPECT_EQ(decoded.state, State::done);
  EXPECT_EQ(decoded.body, "x");
}

TEST(Chunks, OfAnotherShapeAreRefused) {
  for (const char* wire :
       {"\r\n", "x\r\n", "-1\r\n", "0x1\r\n", "1\nx", "1\r\nxy\r\n", "1\r\nx\n", "1\r\rx", ";a\r\n",
        "0\r\n\r\r", "0\r\na\nb\r\n", "00000000000000001\r\n", "1;a\nb\r\n"}) {
    EXPECT_EQ(decode_every_way(wire).state, State::malformed) << wire;
  }
}

TEST(Chunks, AreRefusedWhenTheirSumPassesTheLimit) {
  EXPECT_EQ(decode_every_way("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 5).state, State::done);
  EXPECT_EQ(decode_every_way("3\r\nabc\r\n3\r\n", 5).state, State::too_large);
  EXPECT_EQ(decode_every_way("ffffffffffffffff\r\n", 5).state, State::too_large);
}

TEST(Chunks, CannotHideEndlessExtensionsOrTrailers) {
  std::string extensions;
  for (int i = 0; i < 20; ++i) extensions += "1;" + std::string(1000, 'e') + "\r\nx\r\n";
  EXPECT_EQ(decode(extensions, 0).state, State::malformed);
  std::string trailers = "0\r\n";
  for (int i = 0; i < 20; ++i) trailers += "T: " + std::string(1000, 't') + "\r\n";
  EXPECT_EQ(decode(trailers, 0).state, State::malformed);
}

}  // namespace
}  // namespace mayfly::http
