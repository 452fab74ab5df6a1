#include "pricing/naive_ranking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace mayfly::pricing::naive {
namespace {

__int128 greatest_common_divisor(__int128 a, __int128 b) {
  while (b != 0) a = std::exchange(b, a % b);
  return a < 0 ? -a : a;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

bool glob(const char* pattern, const char* text) {
  if (*pattern == '*') return glob(pattern + 1, text) || (*text && glob(pattern, text + 1));
  if (!*pattern || !*text) return !*pattern && !*text;
  return (*pattern == '?' || *pattern == *text) && glob(pattern + 1, text + 1);
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::count(names.begin(), names.end(), name) > 0;
}

std::string letters(const std::string& type) {
  std::string word;
  for (char c : type) {
    if (c < 'a' || c > 'z') break;
    word += c;
  }
  return word;
}

// The cloud as people name it.
std::string seller(const Line& line) {
  return line.cloud == "emr" ? "aws" : line.cloud;
}

bool burstable(const Line& line) {
  if (line.cloud == "digitalocean") return line.type.substr(0, 2) == "s-";
  const std::string family = split(line.type, '.')[0];
  return std::set<std::string>{"t1", "t2", "t3", "t3a", "t4g"}.count(family) > 0;
}

bool special(const Line& line) {
  if (line.gpu || line.type.find("metal") != std::string::npos) return true;
  if (seller(line) != "aws") return false;
  const std::string family = split(line.type, '.')[0];
  return std::set<std::string>{"inf", "trn", "dl", "vt", "f", "u", "hpc", "mac"}.count(
             letters(family)) > 0 ||
         std::set<std::string>{"t1", "m1", "c1", "m2"}.count(family) > 0;
}

bool region_fits(const Line& line, const Request& request, const Reach& reach) {
  std::vector<std::string> patterns = request.regions.value_or(std::vector<std::string>{});
  if (patterns.empty()) patterns = reach.default_regions;
  bool fits = patterns.empty() && line.region.rfind("us-gov-", 0) != 0;
  for (const std::string& pattern : patterns) {
    const std::vector<std::string> parts = split(pattern, ':');
    if (parts.size() == 2 && parts[0] != seller(line)) continue;
    fits = fits || glob(parts.back().c_str(), line.region.c_str());
  }
  const auto enabled = reach.enabled_regions.find(line.cloud);
  return fits && (enabled == reach.enabled_regions.end() || has(enabled->second, line.region));
}

bool cloud_fits(const Line& line, const Request& request, const Reach& reach) {
  if (!has(reach.clouds, line.cloud)) return false;
  if (request.clouds && !has(*request.clouds, seller(line))) return false;
  if (line.cloud == "emr") return true;
  const std::string& image = request.image;
  const bool amazon = image == "amazon-linux-2023" || image.substr(0, 4) == "ami-";
  const bool droplet = image.size() > 4 && image.substr(image.size() - 4) == "-x64";
  return line.cloud == "aws" ? !droplet : !amazon;
}

bool is_excluded(const Line& line, const Reach& reach) {
  Offer offer{.cloud = line.cloud, .region = line.region, .instance_type = line.type};
  return std::any_of(reach.exclusions.begin(), reach.exclusions.end(),
                     [&](const Exclusion& exclusion) { return exclusion.covers(offer); });
}

// Of one machine or node.
Fraction hourly(const Line& line, const Request& request) {
  if (line.cloud == "digitalocean") return line.price;
  const int disk = request.disk_gib + (line.cloud == "emr" ? 15 : 0);
  return line.price + *line.gp3 * Fraction::of(disk, 730) + Fraction::of(5, 1000);
}

int machines(const Request& request) {
  return request.kind == Kind::cluster ? *request.nodes : request.count;
}

// emr-6.15.0 -> 6
std::string generation_asked_for(const Request& request) {
  return request.release.value_or("emr-6.15.0").substr(4, 1);
}

Fraction cost(const Line& line, const Request& request) {
  const std::int64_t micros = request.lease ? request.lease->count() : 3'600'000'000;
  std::int64_t seconds = micros / 1'000'000 + (micros % 1'000'000 ? 1 : 0);
  seconds = seconds < 60 ? 60 : seconds;
  if (line.cloud == "digitalocean" && !line.gpu) {
    std::int64_t billed = 0;
    while (seconds > 730 * 3600) {
      billed += 672 * 3600;
      seconds -= 730 * 3600;
    }
    seconds = billed + (seconds > 672 * 3600 ? 672 * 3600 : seconds);
  }
  const Fraction amount = hourly(line, request) * Fraction::of(seconds, 3600);
  const Fraction cent = Fraction::of(1, 100);
  return line.cloud == "digitalocean" && amount < cent ? cent : amount;
}

Fraction memory_asked_for(const Request& request) {
  return Fraction::of(request.memory_gib->value, 1'000'000);
}

// A quarter of the price, for m4 three tenths, to the nearest micro; 0.27 at most for what is no
// newer than C5, M5 and R5.
Fraction surcharge_by_rule(const Line& line) {
  const std::string family = split(line.type, '.')[0];
  const std::string digits = family.substr(letters(family).size(), 1);
  const Fraction part = line.price * (family == "m4" ? Fraction::of(3, 10) : Fraction::of(1, 4));
  const Fraction rounded = Fraction::of(part.rounded_micros(), 1'000'000);
  const std::set<std::string> newer{"f2", "g5",   "g5g",  "i4i",   "i4g",    "im4gn", "is4gen",
                                    "p5", "p5en", "x2gd", "x2idn", "x2iedn", "x2iezn"};
  const Fraction cap = Fraction::of(27, 100);
  const bool is_newer = digits > "5" || newer.count(family) > 0;
  return is_newer || rounded < cap ? rounded : cap;
}

// All but the size.
bool fits_otherwise(const Line& line, const Request& request, const Reach& reach) {
  if (!cloud_fits(line, request, reach) || !region_fits(line, request, reach)) return false;
  if (seller(line) == "aws" && !line.gp3) return false;
  if (line.cloud == "emr" && line.generations.count(generation_asked_for(request)) == 0)
    return false;
  if (request.instance_type ? *request.instance_type != line.type : special(line)) return false;
  if (request.arch == Arch::x86_64 && line.arch != "x86_64") return false;
  if (request.arch == Arch::arm64 && line.arch != "arm64") return false;
  if (!request.burstable && burstable(line)) return false;
  if (request.disk_gib > (seller(line) == "aws" ? 16'384 : line.included_disk)) return false;
  if (request.max_price_usd_hour &&
      request.max_price_usd_hour->value < hourly(line, request).rounded_micros()) {
    return false;
  }
  return !is_excluded(line, reach);
}

enum class Size { none, larger, similar, equal };

Size size_of(const Line& line, const Request& request) {
  const Fraction one{1, 1};
  Fraction vcpus = one;
  Fraction memory = one;  // relative to what is asked
  if (request.vcpus) vcpus = Fraction::of(line.vcpus, *request.vcpus);
  if (request.memory_gib) {
    const Fraction asked = memory_asked_for(request);
    memory = line.memory * Fraction::of(asked.under, asked.over);
  }
  const auto similar = [](Fraction ratio) {
    return Fraction::of(9, 10) <= ratio && ratio <= Fraction::of(12, 10);
  };
  if (vcpus == one && memory == one) return Size::equal;
  if (similar(vcpus) && similar(memory)) return Size::similar;
  return one <= vcpus && one <= memory ? Size::larger : Size::none;
}

bool size_fits(const Line& line, const Request& request) {
  const Size size = size_of(line, request);
  if (request.match == Match::exact) return size == Size::equal;
  if (request.match == Match::closest) return size != Size::none;
  return (!request.vcpus || line.vcpus >= *request.vcpus) &&
         (!request.memory_gib || memory_asked_for(request) <= line.memory);
}

bool comes_first(const Found& a, const Found& b) {
  if (!(a.cost == b.cost)) return a.cost < b.cost;
  if (!(a.line->price == b.line->price)) return a.line->price < b.line->price;
  return std::tie(a.line->cloud, a.line->region, a.line->type) <
         std::tie(b.line->cloud, b.line->region, b.line->type);
}

// Whether a is closer to what is asked than b; when both are as close, whether it comes first.
bool is_closer(const Found& a, const Found& b, const Request& request) {
  const Size size_a = size_of(*a.line, request);
  const Size size_b = size_of(*b.line, request);
  if (size_a != size_b) return size_a > size_b;
  if (size_a == Size::larger) {
    const auto excess = [&](const Line& line) {
      Fraction sum;
      if (request.vcpus) sum = sum + Fraction::of(line.vcpus, *request.vcpus);
      if (!request.memory_gib) return sum;
      const Fraction asked = memory_asked_for(request);
      return sum + line.memory * Fraction::of(asked.under, asked.over);
    };
    if (!(excess(*a.line) == excess(*b.line))) return excess(*a.line) < excess(*b.line);
  }
  return comes_first(a, b);
}

}  // namespace

Fraction Fraction::of(__int128 over, __int128 under) {
  const __int128 divisor = greatest_common_divisor(over, under);
  return {over / divisor, under / divisor};
}

Fraction Fraction::parse(std::string_view decimal) {
  Fraction fraction;
  bool after_point = false;
  for (char c : decimal) {
    if (c == '.') {
      after_point = true;
      continue;
    }
    fraction.over = fraction.over * 10 + (c - '0');
    if (after_point) fraction.under *= 10;
  }
  return of(fraction.over, fraction.under);
}

Fraction Fraction::operator+(Fraction other) const {
  return of(over * other.under + other.over * under, under * other.under);
}
Fraction Fraction::operator*(Fraction other) const {
  return of(over * other.over, under * other.under);
}
bool Fraction::operator<(Fraction other) const {
  return over * other.under < other.over * under;
}

std::int64_t Fraction::rounded_micros() const {
  const Fraction micros = *this * Fraction{1'000'000, 1} + Fraction{1, 2};
  return static_cast<std::int64_t>(micros.over / micros.under);
}

std::vector<Line> read(std::string_view offers, std::string_view gp3) {
  std::map<std::string, Fraction> disks;
  for (const std::string& text : split(gp3, '\n')) {
    const std::vector<std::string> f = split(text, ',');
    if (f.size() == 2 && f[0] != "region") disks[f[0]] = Fraction::parse(f[1]);
  }
  std::vector<Line> lines;
  for (const std::string& text : split(offers, '\n')) {
    const std::vector<std::string> f = split(text, ',');
    if (f.size() != 9 || f[0] == "cloud") continue;
    Line line{.cloud = f[0], .region = f[1], .type = f[2], .arch = f[5], .vcpus = std::stoi(f[3])};
    line.memory = Fraction::parse(f[4]);
    line.gpu = f[6] != "0";
    line.included_disk = std::stoi(f[7]);
    line.price = Fraction::parse(f[8]);
    if (disks.count(f[1]) > 0) line.gp3 = disks[f[1]];
    lines.push_back(line);
  }
  return lines;
}

// The figure that comes most often; of equally many the lower one.
Fraction most_voted(std::vector<Fraction> votes) {
  std::sort(votes.begin(), votes.end());
  Fraction best;
  std::size_t most = 0;
  for (std::size_t i = 0; i < votes.size(); ++i) {
    const auto count = static_cast<std::size_t>(std::count(votes.begin(), votes.end(), votes[i]));
    if (count <= most) continue;
    most = count;
    best = votes[i];
  }
  return best;
}

std::vector<Line> read_nodes(const PriceFiles& files) {
  std::map<std::string, Fraction> listed;              // by type,region
  std::map<std::string, std::vector<Fraction>> votes;  // by type, of every region but GovCloud's
  for (const std::string& text : split(files.emr_surcharges, '\n')) {
    const std::vector<std::string> f = split(text, ',');
    if (f.size() != 3 || f[0] == "instance_type") continue;
    listed[f[0] + f[1]] = Fraction::parse(f[2]);
    if (f[1].rfind("us-gov-", 0) != 0) votes[f[0]].push_back(Fraction::parse(f[2]));
  }
  std::map<std::string, std::set<std::string>> taken;
  for (const std::string& text : split(files.emr_types, '\n')) {
    const std::vector<std::string> f = split(text, ',');
    for (std::size_t i = 1; i < f.size(); ++i) {
      if (f[i] == "1") taken[f[0]].insert(std::to_string(i + 4));
    }
  }
  const std::vector<Line> machines_sold = read(files.offers, files.gp3);
  std::map<std::string, Line> at_home;
  for (const Line& line : machines_sold) {
    if (line.cloud == "aws" && line.region == "us-east-1") at_home[line.type] = line;
  }
  std::vector<Line> nodes;
  for (Line line : machines_sold) {
    if (line.cloud != "aws") continue;
    line.cloud = "emr";
    line.generations = taken[line.type];
    const bool gov = line.region.rfind("us-gov-", 0) == 0;
    const bool sold_at_home = at_home.count(line.type) > 0;
    if (listed.count(line.type + line.region) > 0)
      line.surcharge = listed[line.type + line.region];
    else if (!gov && votes.count(line.type) > 0)
      line.surcharge = most_voted(votes[line.type]);
    else
      line.surcharge = surcharge_by_rule(gov || !sold_at_home ? line : at_home[line.type]);
    line.price = line.price + line.surcharge;
    nodes.push_back(line);
  }
  return nodes;
}

std::vector<Found> rank(const std::vector<Line>& lines, const Request& request,
                        const Reach& reach) {
  std::vector<Found> found;
  for (const Line& line : lines) {
    if (!size_fits(line, request) || !fits_otherwise(line, request, reach)) continue;
    Found one{.line = &line, .cost = cost(line, request)};
    const Fraction all{machines(request), 1};
    one.hourly_micros = hourly(line, request).rounded_micros();
    if (line.cloud == "emr") one.hourly_micros = (hourly(line, request) * all).rounded_micros();
    one.cost_micros = (one.cost * all).rounded_micros();
    found.push_back(one);
  }
  std::sort(found.begin(), found.end(), comes_first);
  if (request.match != Match::closest) return found;
  std::map<std::string, Found> closest;
  for (const Found& one : found) {
    const auto [known, is_new] = closest.emplace(one.line->cloud, one);
    if (!is_new && is_closer(one, known->second, request)) known->second = one;
  }
  found.clear();
  for (const auto& [cloud, one] : closest) found.push_back(one);
  std::sort(found.begin(), found.end(), comes_first);
  return found;
}

TEST(NaiveRanking, CountsInFractions) {
  EXPECT_EQ(Fraction::parse("0.1") + Fraction::parse("0.2"), Fraction::of(3, 10));
  EXPECT_EQ(Fraction::of(5, 10'000'000).rounded_micros(), 1);  // half up
  EXPECT_EQ(Fraction::of(49, 100'000'000).rounded_micros(), 0);
  EXPECT_TRUE(glob("eu-*", "eu-west-1") && !glob("nyc?", "nyc") && glob("*", ""));
}

}  // namespace mayfly::pricing::naive
