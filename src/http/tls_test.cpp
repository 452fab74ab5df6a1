#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "http/certificate.h"
#include "http/made_certificate.h"
#include "http/raw_client.h"
#include "http/server.h"

namespace mayfly::http {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;

asio::awaitable<void> break_off_half_way(BodyWriter& out) {
  if (co_await out.write("half")) throw std::runtime_error("on purpose");
}

asio::awaitable<Response> answer_how_it_came(Request request) {
  if (request.target == "/break") co_return Response{.stream = &break_off_half_way};
  co_return Response{.body = request.secure ? "secure" : "in the clear"};
}

class TlsServer : public testing::Test {
 protected:
  void start(ServerOptions options = {}) {
    options.port = 0;
    options.tls = certificate_.files();
    server_ = *Server::start(options, answer_how_it_came, [](int status, std::string_view why) {
      return Response{.status = status, .body = std::string(why)};
    });
  }

  RawClient connect() { return RawClient(server_->port(), Speaks::tls); }
  RawClient connect_in_clear() { return RawClient(server_->port(), Speaks::plain); }
  RawAnswer get(RawClient client, std::string_view path = "/") {
    client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return client.receive();
  }
  bool is_deserted() {
    for (int i = 0; i < 10'000 && server_->connections() > 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return server_->connections() == 0;
  }

  MadeCertificate certificate_;
  std::unique_ptr<Server> server_;
};

// A client of these limits: whether it is served, and in what it and the server agreed.
struct Agreement {
  bool reached = false;
  std::string protocol;
  std::string version;
};
Agreement greet(unsigned short port, int version_max, std::string_view protocols) {
  RawClient client(port, Speaks::plain);
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_max_proto_version(context.get(), version_max);
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), &SSL_free);
  SSL_set_alpn_protos(tls.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                      static_cast<unsigned>(protocols.size()));
  SSL_set_fd(tls.get(), client.descriptor());
  Agreement agreement{.reached = SSL_connect(tls.get()) == 1};
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(tls.get(), &name, &size);
  agreement.protocol.assign(reinterpret_cast<const char*>(name), size);
  agreement.version = SSL_get_version(tls.get());
  return agreement;
}

TEST_F(TlsServer, TellsHandlersThatTheRequestWasSecure) {
  start();
  EXPECT_EQ(get(connect()).body, "secure");
}

TEST_F(TlsServer, TellsAClientThatSpeaksPlainHttp) {
  start();
  RawClient client = connect_in_clear();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  const RawAnswer answer = client.receive();
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("https://"));
  EXPECT_TRUE(client.closed_by_server());
  client.close();
  EXPECT_TRUE(is_deserted());
}

TEST_F(TlsServer, OutlivesClientsThatSpeakSomethingElse) {
  start();
  for (const char* bytes : {"\x16\x03\x01\xff\xff nonsense", "SSH-2.0-OpenSSH\r\n", "G", "",
                            "\x80\x2e\x01\x03\x01", "\x15\x03\x03\x00\x02\x02\x28"}) {
    RawClient client = connect_in_clear();
    client.send(bytes);
    client.stop_sending();
    EXPECT_TRUE(client.closed_by_server()) << bytes;
  }
  EXPECT_TRUE(is_deserted());
  EXPECT_EQ(get(connect()).status, 200);
}

TEST_F(TlsServer, CutsOffHandshakesThatDoNotCome) {
  start({.header_deadline = 100ms});
  RawClient silent = connect_in_clear();
  RawClient begun = connect_in_clear();
  begun.send(std::string_view("\x16\x03\x01\x02\x00\x01\x00\x01\xfc", 9));
  EXPECT_TRUE(silent.closed_by_server());
  EXPECT_TRUE(begun.closed_by_server());
  EXPECT_EQ(get(connect()).status, 200);
}

TEST_F(TlsServer, StopsAlthoughAHandshakeIsUnderWay) {
  start();
  RawClient silent = connect_in_clear();
  for (int i = 0; i < 10'000 && server_->connections() == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  server_->stop(10s);
  EXPECT_TRUE(silent.closed_by_server());
}

TEST_F(TlsServer, SpeaksHttp11AndSaysSo) {
  start();
  const auto agreed = greet(server_->port(), TLS1_3_VERSION, "\x02h2\x08http/1.1");
  EXPECT_TRUE(agreed.reached);
  EXPECT_EQ(agreed.protocol, "http/1.1");
  EXPECT_EQ(agreed.version, "TLSv1.3");
  EXPECT_FALSE(greet(server_->port(), TLS1_3_VERSION, "\x02h2").reached);
}

TEST_F(TlsServer, SpeaksNothingOlderThanTls12) {
  start();
  EXPECT_EQ(greet(server_->port(), TLS1_2_VERSION, "\x08http/1.1").version, "TLSv1.2");
  EXPECT_FALSE(greet(server_->port(), TLS1_1_VERSION, "\x08http/1.1").reached);
}

TEST_F(TlsServer, SaysTheEndUnlessTheAnswerBroke) {
  start();
  RawClient whole = connect();
  whole.send("GET / HTTP/1.0\r\n\r\n");
  whole.receive_rest();
  EXPECT_TRUE(whole.was_told_the_end());
  RawClient broken = connect();
  broken.send("GET /break HTTP/1.0\r\n\r\n");
  EXPECT_THAT(broken.receive_rest(), HasSubstr("half"));
  EXPECT_FALSE(broken.was_told_the_end());
}

TEST_F(TlsServer, TakesNewKeysNowAndThen) {
  start();
  RawClient client = connect();
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(client.change_keys());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.receive().status, 200);
  }
}

// OpenSSL takes such records one after the other without returning, so the thread and its
// deadlines would be this client's alone.
TEST_F(TlsServer, CutsOffAClientThatOnlyChangesKeys) {
  start();
  RawClient client = connect();
  bool taken = true;
  for (int i = 0; i < 2'000 && taken; ++i) taken = client.change_keys();
  client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive().status, 0);
  EXPECT_TRUE(is_deserted());
  EXPECT_EQ(get(connect()).status, 200);
}

// ---- the certificate

std::string name_shown_by(const TlsContext& context) {
  const X509* certificate = SSL_CTX_get0_certificate(context.get());
  char name[64] = {};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return name;
}

TEST(Certificate, IsTakenAnewWhenItsFilesChange) {
  MadeCertificate made("first");
  const auto certificate = *Certificate::load(made.files(), Duration::zero());
  const TlsContext before = certificate->current();
  EXPECT_EQ(certificate->current(), before);
  made.renew("second");
  EXPECT_EQ(name_shown_by(certificate->current()), "second");
  EXPECT_EQ(name_shown_by(before), "first");  // whoever has greeted with it keeps it
}

TEST(Certificate, StaysWhenWhatReplacesItIsNone) {
  MadeCertificate made("first");
  const auto certificate = *Certificate::load(made.files(), Duration::zero());
  std::ofstream(made.files().key) << "half a k";
  EXPECT_EQ(name_shown_by(certificate->current()), "first");
  std::filesystem::remove(made.files().certificate);
  EXPECT_EQ(name_shown_by(certificate->current()), "first");
  made.renew("third");
  EXPECT_EQ(name_shown_by(certificate->current()), "third");
}

TEST(Certificate, IsLookedAtOnlyFromTimeToTime) {
  MadeCertificate made("first");
  const auto certificate = *Certificate::load(made.files(), 1h);
  made.renew("second");
  EXPECT_EQ(name_shown_by(certificate->current()), "first");
}

TEST(Certificate, BelongsToItsKey) {
  const MadeCertificate one;
  const MadeCertificate other;
  const auto mixed = Certificate::load({one.files().certificate, other.files().key});
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().code, ErrorCode::invalid);
  EXPECT_THAT(mixed.error().message, HasSubstr(other.files().key.string()));
  EXPECT_THAT(mixed.error().message, HasSubstr("mismatch"));
}

TEST(Certificate, IsNamedWhenItCannotBeRead) {
  const auto missing = Certificate::load({"/nowhere/a.pem", "/nowhere/b.pem"});
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("/nowhere/a.pem cannot be used: No such file"));
  const auto server =
      Server::start({.port = 0, .tls = TlsFiles{"/nowhere/a.pem", "/b"}}, answer_how_it_came,
                    [](int, std::string_view) { return Response(); });
  EXPECT_FALSE(server);
}

}  // namespace
}  // namespace mayfly::http
