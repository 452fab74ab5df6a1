#include "service/vault.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace mayfly::service {
namespace {

class VaultFile : public testing::Test {
 protected:
  VaultFile() {
    char pattern[] = "/tmp/mayfly-vault-XXXXXX";
    folder_ = ::mkdtemp(pattern);
    file_ = folder_ / "master.key";
  }
  ~VaultFile() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  std::filesystem::path file_;
};

TEST_F(VaultFile, IsMadeForItsOwnerOnly) {
  ASSERT_TRUE(Vault::open(file_));
  struct stat status{};
  ASSERT_EQ(::stat(file_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(VaultFile, OpensWhatItSealedAfterARestart) {
  const std::string sealed = Vault::open(file_)->seal(Secret("hunter2"), "k-1");
  EXPECT_EQ(sealed.find("hunter2"), std::string::npos);
  const auto opened = Vault::open(file_)->unseal(sealed, "k-1");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), "hunter2");
}

TEST_F(VaultFile, DoesNotOpenWhatBelongsToAnotherKeyOrWasChanged) {
  const auto vault = Vault::open(file_);
  std::string sealed = vault->seal(Secret("hunter2"), "k-1");
  EXPECT_FALSE(vault->unseal(sealed, "k-2"));
  sealed[sealed.size() / 2] = sealed[sealed.size() / 2] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(vault->unseal(sealed, "k-1"));
  EXPECT_FALSE(vault->unseal("", "k-1"));
  EXPECT_FALSE(vault->unseal("!!", "k-1"));
}

TEST_F(VaultFile, TagsByKeyPurposeAndText) {
  const Vault vault = *Vault::open(file_);
  const std::string tag = vault.tag("tokens", "ann");
  EXPECT_EQ(tag.size(), 64U);
  EXPECT_EQ(Vault::open(file_)->tag("tokens", "ann"), tag);
  EXPECT_NE(vault.tag("tokens", "bob"), tag);
  EXPECT_NE(vault.tag("cookies", "ann"), tag);
  EXPECT_NE(Vault::from_hex(Secret(std::string(64, '0')))->tag("tokens", "ann"), tag);
}

TEST_F(VaultFile, RefusesAFileThatOthersMayRead) {
  ASSERT_TRUE(Vault::open(file_));
  ::chmod(file_.c_str(), 0644);
  const auto vault = Vault::open(file_);
  ASSERT_FALSE(vault);
  EXPECT_NE(vault.error().remedy.find("chmod 600"), std::string::npos);
}

TEST_F(VaultFile, RefusesAFileThatIsNoKey) {
  std::ofstream(file_) << "not a key\n";
  ::chmod(file_.c_str(), 0600);
  EXPECT_FALSE(Vault::open(file_));
}

}  // namespace
}  // namespace mayfly::service
