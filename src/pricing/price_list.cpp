#include "pricing/price_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>
#include <unordered_set>

#include "json/rules.h"
#include "model/clouds.h"
#include "pricing/billing.h"

namespace mayfly::pricing {
namespace {

constexpr std::size_t kRowsMax = 1'000'000;
constexpr int kVcpusMax = 1024;  // as in requests

auto key_of(const ListedType& row) {
  return std::tie(row.cloud, row.region, row.instance_type);
}

// Calls `row(fields)` for every line after the header. `Columns` fields exactly.
template <std::size_t Columns, class ReadRow>
Result<void> read_csv(std::string_view file, std::string_view header, std::string_view text,
                      ReadRow row) {
  for (std::size_t line = 1; !text.empty(); ++line) {
    const auto refuse = [&](std::string_view what) {
      return fail(ErrorCode::malformed, fmt::format("{} line {}: {}", file, line, what));
    };
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view rest = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line == 1) {
      if (rest != header) return refuse(fmt::format("must be '{}'", header));
      continue;
    }
    if (line > kRowsMax) return refuse("has more lines than any price list should");
    std::array<std::string_view, Columns> fields;
    for (std::size_t i = 0; i < Columns; ++i) {
      const std::size_t comma = rest.find(',');
      if ((comma == std::string_view::npos) != (i + 1 == Columns)) {
        return refuse(fmt::format("must have {} fields", Columns));
      }
      fields[i] = rest.substr(0, comma);
      rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    }
    if (Result<void> read = row(fields); !read) return refuse(read.error().message);
  }
  return {};
}

std::unexpected<Error> refuse_field(std::string_view column, std::string_view text,
                                    std::string_view wanted) {
  return fail(ErrorCode::malformed, fmt::format("{} '{}' is not {}", column, text, wanted));
}

Result<std::string> read_name(std::string_view column, std::string_view text) {
  if (text.empty() || text.size() > 64 || !json::matches(json::Text::name, text)) {
    return refuse_field(column, text, "a name");
  }
  return std::string(text);
}

Result<int> read_whole(std::string_view column, std::string_view text, int min, int max) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < min || number > max) {
    return refuse_field(column, text, fmt::format("a whole number from {} to {}", min, max));
  }
  return number;
}

Result<std::int64_t> read_decimal(std::string_view column, std::string_view text,
                                  std::int64_t min_millionths, std::int64_t max_whole) {
  const Result<std::int64_t> number = parse_millionths(text);
  if (!number || *number < min_millionths || *number > max_whole * 1'000'000) {
    return refuse_field(
        column, text,
        fmt::format("a decimal from {} to {}", print_millionths(min_millionths), max_whole));
  }
  return *number;
}

Result<Arch> read_arch(std::string_view text) {
  if (text == "x86_64") return Arch::x86_64;
  if (text == "arm64") return Arch::arm64;
  return refuse_field("arch", text, "x86_64 or arm64");
}

Result<ListedType> read_offer(const std::array<std::string_view, 9>& fields) {
  ListedType row;
  const Billing* billing = find_billing(fields[0]);
  if (!billing || !is_cloud(fields[0]))
    return refuse_field("cloud", fields[0], "a cloud that we know how to bill");
  row.cloud = fields[0];
  TRY(row.region, read_name("region", fields[1]));
  TRY(row.instance_type, read_name("instance_type", fields[2]));
  TRY(row.vcpus, read_whole("vcpus", fields[3], 1, kVcpusMax));
  TRY(row.memory_gib.value, read_decimal("memory_gib", fields[4], 1, 65'536));
  TRY(row.arch, read_arch(fields[5]));
  TRY(const std::int64_t gpus, read_decimal("gpu_count", fields[6], 0, 1024));
  row.gpu = gpus > 0;
  // A size whose cloud includes the disk must say how much; one billed apart must not count it
  // twice.
  const bool apart = billing->disk_billed_apart;
  TRY(row.included_disk_gib,
      read_whole("included_disk_gib", fields[7], apart ? 0 : 1, apart ? 0 : 1'000'000));
  TRY(row.instance_hour.value, read_decimal("price_usd_hour", fields[8], 1, 100'000));
  row.burstable = is_burstable(row.cloud, row.instance_type);
  return row;
}

std::unexpected<Error> refuse_twice(std::string_view name) {
  return fail(ErrorCode::malformed, fmt::format("{} is there twice", name));
}

Result<void> read_offers(std::string_view text, std::vector<ListedType>& types) {
  std::unordered_set<std::string_view> names;  // "cloud,region,type" as it stands in the line
  const auto take_offer = [&](const std::array<std::string_view, 9>& fields) -> Result<void> {
    TRY(ListedType row, read_offer(fields));
    if (!names.emplace(fields[0].begin(), fields[2].end()).second) {
      return refuse_twice(fmt::format("{} {} {}", row.cloud, row.region, row.instance_type));
    }
    types.push_back(std::move(row));
    return {};
  };
  TRY_VOID(read_csv<9>("offers.csv", kOffersHeader, text, take_offer));
  if (types.empty()) return fail(ErrorCode::malformed, "offers.csv has no rows");
  std::ranges::sort(types, {}, key_of);
  return {};
}

Result<void> read_disks(std::string_view text, PriceList& list) {
  const auto take_disk = [&](const std::array<std::string_view, 2>& fields) -> Result<void> {
    TRY(std::string region, read_name("region", fields[0]));
    TRY(const std::int64_t month, read_decimal("usd_gb_month", fields[1], 1, 1'000));
    if (!list.disk_gib_month.emplace(region, Money{month}).second) {
      return refuse_twice(region);
    }
    return {};
  };
  return read_csv<2>("gp3.csv", kGp3Header, text, take_disk);
}

Result<void> read_emr_types(std::string_view text, EmrFigures& emr) {
  constexpr std::size_t columns = 1 + kReleaseColumns.size();
  const auto take_type = [&](const std::array<std::string_view, columns>& fields) -> Result<void> {
    TRY(std::string type, read_name("instance_type", fields[0]));
    Releases releases = 0;
    for (std::size_t i = 0; i < kReleaseColumns.size(); ++i) {
      TRY(const int taken, read_whole(kReleaseColumns[i], fields[i + 1], 0, 1));
      releases = static_cast<Releases>(releases | taken << i);
    }
    if (!emr.types.emplace(type, releases).second) return refuse_twice(type);
    return {};
  };
  return read_csv<columns>("emr_types.csv", kEmrTypesHeader, text, take_type);
}

Result<void> read_emr_surcharges(std::string_view text, EmrFigures& emr) {
  const auto take_surcharge = [&](const std::array<std::string_view, 3>& fields) -> Result<void> {
    TRY(std::string type, read_name("instance_type", fields[0]));
    TRY(std::string region, read_name("region", fields[1]));
    TRY(const std::int64_t hour, read_decimal("usd_hour", fields[2], 1, 100'000));
    if (!emr.surcharges.emplace(std::pair(type, region), Money{hour}).second)
      return refuse_twice(fmt::format("{} {}", type, region));
    return {};
  };
  TRY_VOID(read_csv<3>("emr_surcharges.csv", kEmrSurchargesHeader, text, take_surcharge));
  emr.usual = usual_surcharges(emr);
  return {};
}

}  // namespace

Result<PriceList> read_price_list(const PriceFiles& files) {
  PriceList list;
  TRY_VOID(read_offers(files.offers, list.types));
  TRY_VOID(read_disks(files.gp3, list));
  TRY_VOID(read_emr_types(files.emr_types, list.emr));
  TRY_VOID(read_emr_surcharges(files.emr_surcharges, list.emr));
  return list;
}

}  // namespace mayfly::pricing
