#include "pricing/catalog.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "pricing/billing.h"
#include "pricing/index.h"
#include "pricing/price_list.h"
#include "pricing/snapshot.h"

namespace mayfly::pricing {
namespace {

const std::string kGoodRow = "aws,us-east-1,t3.micro,2,1,x86_64,0,0,0.0104";
const std::string kGoodDisk = "us-east-1,0.08";

Result<std::shared_ptr<const Catalog>> read_rows(const std::string& offers,
                                                 const std::string& disks) {
  return Catalog::from_csv(fmt::format("{}\n{}", kOffersHeader, offers),
                           fmt::format("{}\n{}", kGp3Header, disks), "2000-01-01");
}

std::string refusal(const std::string& offers, const std::string& disks = kGoodDisk) {
  const auto read = read_rows(offers, disks);
  if (read) return "accepted";
  EXPECT_EQ(read.error().code, ErrorCode::malformed);
  return read.error().message;
}

TEST(PriceList, ReadsARow) {
  const auto catalog = read_rows(kGoodRow, kGoodDisk);  // no line end at the end: fine
  ASSERT_TRUE(catalog) << catalog.error().message;
  const ListedType* row = (*catalog)->find("aws", "us-east-1", "t3.micro");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->vcpus, 2);
  EXPECT_EQ(row->memory_gib, Gib::of(1));
  EXPECT_EQ(row->arch, Arch::x86_64);
  EXPECT_EQ(row->instance_hour, Money{10'400});
  EXPECT_TRUE(row->burstable);
  EXPECT_FALSE(row->gpu);
  EXPECT_EQ((*catalog)->date(), "2000-01-01");
  EXPECT_EQ((*catalog)->size(), 1);
}

TEST(PriceList, RefusesARowItCannotReadAndNamesTheLineAndTheColumn) {
  const std::pair<std::string, std::string> bad[] = {
      {"ibm,us-east-1,t3.micro,2,1,x86_64,0,0,0.0104", "cloud 'ibm'"},
      {"aws,,t3.micro,2,1,x86_64,0,0,0.0104", "region ''"},
      {"aws,us east,t3.micro,2,1,x86_64,0,0,0.0104", "region 'us east'"},
      {"aws,us-east-1,\"t3\",2,1,x86_64,0,0,0.0104", "instance_type"},
      {"aws,us-east-1,t3.nano,0,1,x86_64,0,0,0.0104", "vcpus '0'"},
      {"aws,us-east-1,t3.nano,1025,1,x86_64,0,0,0.0104", "vcpus '1025'"},
      {"aws,us-east-1,t3.nano,2x,1,x86_64,0,0,0.0104", "vcpus '2x'"},
      {"aws,us-east-1,t3.nano, 2,1,x86_64,0,0,0.0104", "vcpus ' 2'"},
      {"aws,us-east-1,t3.nano,2,0,x86_64,0,0,0.0104", "memory_gib '0'"},
      {"aws,us-east-1,t3.nano,2,-1,x86_64,0,0,0.0104", "memory_gib '-1'"},
      {"aws,us-east-1,t3.nano,2,1,any,0,0,0.0104", "arch 'any'"},
      {"aws,us-east-1,t3.nano,2,1,x86_64,,0,0.0104", "gpu_count ''"},
      {"aws,us-east-1,t3.nano,2,1,x86_64,0,25,0.0104", "included_disk_gib '25'"},
      {"digitalocean,nyc1,s-1,2,1,x86_64,0,0,0.0104", "included_disk_gib '0'"},
      {"aws,us-east-1,t3.nano,2,1,x86_64,0,0,0", "price_usd_hour '0'"},
      {"aws,us-east-1,t3.nano,2,1,x86_64,0,0,", "price_usd_hour ''"},
      {"aws,us-east-1,t3.nano,2,1,x86_64,0,0,1e3", "price_usd_hour '1e3'"},
      {"aws,us-east-1,t3.nano,2,1,x86_64,0,0,0.01\r", "price_usd_hour"},
      {"aws,us-east-1,t3.nano,2,1,x86_64,0,0,0.0000001", "price_usd_hour"},
      {"aws,us-east-1,t3.nano,2,1,x86_64,0,0,100001", "price_usd_hour"},
      {"aws,us-east-1,t3.nano,2,1,x86_64,0,0", "must have 9 fields"},
      {"aws,us-east-1,t3.nano,2,1,x86_64,0,0,1,", "must have 9 fields"},
      {"", "must have 9 fields"},
      {kGoodRow, "is there twice"},
  };
  for (const auto& [row, complaint] : bad) {
    const std::string message = refusal(kGoodRow + "\n" + row + "\n");
    EXPECT_TRUE(message.starts_with("offers.csv line 3: ")) << row << ": " << message;
    EXPECT_TRUE(message.contains(complaint)) << row << ": " << message;
  }
}

TEST(PriceList, RefusesADiskPriceItCannotRead) {
  for (const char* row : {"us-east-2", "us-east-2,", "us-east-2,0", "us-east-2,-1", "us-east-2,x",
                          ",0.1", "us-east-2,0.1,", "us-east-1,0.09"}) {
    const std::string message = refusal(kGoodRow, kGoodDisk + "\n" + row);
    EXPECT_TRUE(message.starts_with("gp3.csv line 3: ")) << row << ": " << message;
  }
}

TEST(PriceList, RefusesEmrFiguresItCannotRead) {
  const auto complaint = [](const std::string& types, const std::string& surcharges) {
    PriceFiles files = snapshot_files();
    const std::string all_types = fmt::format("{}\nm5.xlarge,1,1,1\n{}", kEmrTypesHeader, types);
    const std::string all_surcharges =
        fmt::format("{}\nm5.xlarge,us-east-1,0.048\n{}", kEmrSurchargesHeader, surcharges);
    files.emr_types = all_types;
    files.emr_surcharges = all_surcharges;
    const auto read = Catalog::from_csv(files, "2000-01-01");
    return read ? "accepted" : read.error().message;
  };
  EXPECT_EQ(complaint("", ""), "accepted");
  for (const char* row : {"c5.xlarge,1,1", "c5.xlarge,1,1,1,1", "c5.xlarge,1,1,2", "c5.xlarge,1,,1",
                          ",1,1,1", "m5.xlarge,1,0,1"}) {
    EXPECT_TRUE(complaint(row, "").starts_with("emr_types.csv line 3: ")) << row;
  }
  for (const char* row : {"c5.xlarge,us-east-1", "c5.xlarge,us-east-1,0", "c5.xlarge,us-east-1,x",
                          "c5.xlarge,,0.1", ",us-east-1,0.1", "m5.xlarge,us-east-1,0.05"}) {
    EXPECT_TRUE(complaint("", row).starts_with("emr_surcharges.csv line 3: ")) << row;
  }
}

TEST(PriceList, KnowsEmrAsNoCloudThatSellsMachines) {
  EXPECT_TRUE(refusal("emr,us-east-1,m5.xlarge,4,16,x86_64,0,0,0.24").contains("cloud 'emr'"));
}

TEST(PriceList, RefusesOtherColumns) {
  const auto other = Catalog::from_csv("cloud,region\n", "region,usd_gb_month\n", "2000-01-01");
  ASSERT_FALSE(other);
  EXPECT_TRUE(other.error().message.starts_with("offers.csv line 1: ")) << other.error().message;
}

TEST(PriceList, RefusesToBeEmpty) {
  EXPECT_EQ(refusal(""), "offers.csv has no rows");
  EXPECT_FALSE(Catalog::from_csv("", "", "2000-01-01"));
}

TEST(PriceList, SortsWhatIsNot) {
  const auto catalog =
      read_rows("aws,us-west-1,m5.large,2,8,x86_64,0,0,0.1\n" + kGoodRow + "\n", kGoodDisk);
  ASSERT_TRUE(catalog);
  EXPECT_NE((*catalog)->find("aws", "us-east-1", "t3.micro"), nullptr);
  EXPECT_NE((*catalog)->find("aws", "us-west-1", "m5.large"), nullptr);
  EXPECT_EQ((*catalog)->find("aws", "us-west-1", "t3.micro"), nullptr);
}

TEST(Billing, KnowsBurstableTypesByTheirFamily) {
  for (const char* type : {"t1.micro", "t2.nano", "t3.large", "t3a.small", "t4g.small"}) {
    EXPECT_TRUE(is_burstable("aws", type)) << type;
  }
  for (const char* type : {"trn1.2xlarge", "m7i-flex.large", "c7i-flex.large", "m5.large"}) {
    EXPECT_FALSE(is_burstable("aws", type)) << type;
  }
  EXPECT_TRUE(is_burstable("digitalocean", "s-1vcpu-1gb"));
  EXPECT_FALSE(is_burstable("digitalocean", "so-2vcpu-16gb"));
  EXPECT_FALSE(is_burstable("digitalocean", "so1_5-2vcpu-16gb"));
}

TEST(Billing, KeepsSpecialTypesForThoseWhoNameThem) {
  const auto only_by_name = [](const char* cloud, const char* type, bool gpu = false) {
    return is_only_by_name(ListedType{.cloud = cloud, .instance_type = type, .gpu = gpu});
  };
  for (const char* type :
       {"m5.metal", "c8g.metal-24xl", "inf2.xlarge", "trn1n.32xlarge", "dl2q.24xlarge",
        "vt1.3xlarge", "f2.6xlarge", "u-6tb1.112xlarge", "u7i-12tb.224xlarge", "hpc7g.4xlarge",
        "mac2.metal", "t1.micro", "m1.small", "c1.medium", "m2.xlarge"}) {
    EXPECT_TRUE(only_by_name("aws", type)) << type;
  }
  for (const char* type : {"m3.medium", "c3.large", "t2.micro", "im4gn.large", "is4gen.large",
                           "x1.16xlarge", "d3.xlarge", "h1.2xlarge"}) {
    EXPECT_FALSE(only_by_name("aws", type)) << type;
  }
  EXPECT_TRUE(only_by_name("aws", "g5.xlarge", true));
  EXPECT_TRUE(only_by_name("digitalocean", "gpu-h100x1-80gb", true));
  EXPECT_FALSE(only_by_name("digitalocean", "m-2vcpu-16gb"));
}

TEST(Snapshot, HasEveryRowOfItsDate) {
  const Catalog& catalog = *Catalog::embedded();
  EXPECT_EQ(catalog.size(), 17'394);
  EXPECT_EQ(catalog.date(), "2026-11-21");
  EXPECT_EQ(Catalog::embedded(), Catalog::embedded());
}

TEST(Snapshot, PricesEveryRow) {
  const Index& index = Catalog::embedded()->index();
  std::size_t rows = 0;
  std::map<std::string, std::set<std::string>> regions;
  std::set<std::string> not_offered;
  for (const Bucket& bucket : index.buckets()) {
    for (const Row& row : bucket.rows) {
      ++rows;
      const ListedType& listed = index.listed(row);
      EXPECT_GT(listed.instance_hour, Money{}) << listed.instance_type;
      regions[listed.cloud].insert(listed.region);
      EXPECT_EQ(bucket.offered, Catalog::embedded()->is_offered(listed));
      if (!bucket.offered) not_offered.insert(listed.region);
    }
  }
  EXPECT_EQ(rows, 17'394);
  EXPECT_EQ(regions["aws"].size(), 34);
  EXPECT_EQ(regions["digitalocean"].size(), 13);
  EXPECT_EQ(not_offered,
            (std::set<std::string>{"ap-southeast-5", "ap-southeast-7", "mx-central-1"}));
}

TEST(Snapshot, IsDescribedBesideItsFiles) {
  std::ifstream file("data/catalog/README.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str().contains(kSnapshotDate));
}

TEST(Snapshot, HasTheRightTermsForEachCloud) {
  const Catalog& catalog = *Catalog::embedded();
  const ListedType* row = catalog.find("aws", "us-east-1", "t3a.small");
  ASSERT_NE(row, nullptr);
  const Offer aws = catalog.offer_of(*row, 40);
  EXPECT_EQ(aws.disk_gib, 40);
  EXPECT_EQ(aws.price, (PriceTerms{.instance_hour = {18'800},
                                   .disk_gib_month = {80'000},
                                   .disk_gib = 40,
                                   .ipv4_hour = {5'000},
                                   .minimum_seconds = 60,
                                   .stopped_bills_disk_only = true}));
  row = catalog.find("digitalocean", "nyc1", "s-2vcpu-4gb");
  ASSERT_NE(row, nullptr);
  const Offer droplet = catalog.offer_of(*row, 40);
  EXPECT_EQ(droplet.disk_gib, 80);  // what comes with it
  EXPECT_EQ(droplet.price, (PriceTerms{.instance_hour = {35'710},
                                       .minimum_seconds = 60,
                                       .minimum_charge = {10'000},
                                       .capped_hours = 672}));
  row = catalog.find("digitalocean", "nyc2", "gpu-h100x1-80gb");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(catalog.offer_of(*row, 40).price.capped_hours, 0);
}

TEST(Index, HoldsEachBucketInTheOrderOfItsPrices) {
  const Index& index = Catalog::embedded()->index();
  for (const Bucket& bucket : index.buckets()) {
    for (std::size_t i = 1; i < bucket.rows.size(); ++i) {
      const ListedType& cheaper = index.listed(bucket.rows[i - 1]);
      const ListedType& dearer = index.listed(bucket.rows[i]);
      EXPECT_LT(std::tie(cheaper.instance_hour, cheaper.instance_type),
                std::tie(dearer.instance_hour, dearer.instance_type));
      EXPECT_EQ(cheaper.region, dearer.region);
      EXPECT_EQ(cheaper.arch, dearer.arch);
    }
  }
}

}  // namespace
}  // namespace mayfly::pricing
