// For tests of readers: what a document should say, in N-Triples, and what a refusal should
// mention.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "rdf/isomorphic.h"
#include "rdf/reader.h"
#include "rdf/writer.h"

namespace mayfly::rdf {

inline constexpr std::string_view kTestBase = "http://base.example/dir/doc";

using Reader = Result<Graph> (*)(std::string_view, std::string_view, const Limits&);

inline void expect_says(Reader read, std::string_view document, std::string_view n_triples) {
  const Result<Graph> got = read(document, kTestBase, {});
  ASSERT_TRUE(got) << got.error().message << "\n" << document;
  const Result<Graph> wanted = read_turtle(n_triples, "");
  ASSERT_TRUE(wanted) << wanted.error().message << "\n" << n_triples;
  EXPECT_TRUE(isomorphic(*wanted, *got)) << document << "\nsays\n"
                                         << write_n_triples(*got) << "\nnot\n"
                                         << n_triples;
}

inline void expect_refused(Reader read, std::string_view document, std::string_view reason,
                           const Limits& limits = {}) {
  const Result<Graph> got = read(document, kTestBase, limits);
  ASSERT_FALSE(got) << document << "\nwas read as\n" << write_n_triples(*got);
  EXPECT_TRUE(got.error().code == ErrorCode::malformed || got.error().code == ErrorCode::too_large);
  EXPECT_NE(got.error().message.find(reason), std::string::npos) << got.error().message;
}

}  // namespace mayfly::rdf
