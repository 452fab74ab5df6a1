#include "emr_applications.h"

#include <algorithm>

namespace mayfly::cloudsim {
namespace {

struct Application {
  std::string_view name;
  std::string_view version;
};

constexpr Application kApplications[] = {
    {"AmazonCloudWatchAgent", "1.300032.2"},
    {"Flink", "1.17.1"},
    {"Ganglia", "3.7.2"},
    {"HBase", "2.4.17"},
    {"HCatalog", "3.1.3"},
    {"Hadoop", "3.3.6"},
    {"Hive", "3.1.3"},
    {"Hue", "4.11.0"},
    {"JupyterEnterpriseGateway", "2.6.0"},
    {"JupyterHub", "1.5.0"},
    {"Livy", "0.7.1"},
    {"MXNet", "1.9.1"},
    {"Oozie", "5.2.1"},
    {"Phoenix", "5.1.3"},
    {"Pig", "0.17.0"},
    {"Presto", "0.283"},
    {"Spark", "3.4.1"},
    {"Sqoop", "1.4.7"},
    {"TensorFlow", "2.11.0"},
    {"Tez", "0.10.2"},
    {"Trino", "426"},
    {"Zeppelin", "0.10.1"},
    {"ZooKeeper", "3.5.10"},
};

const Application* find_application(std::string_view name) {
  const auto* found = std::ranges::find(kApplications, name, &Application::name);
  return found == std::end(kApplications) ? nullptr : found;
}

}  // namespace

bool is_application(std::string_view name, const ReleaseNumber& release) {
  if (name == "Ganglia") return has_ganglia(release);
  if (name == "AmazonCloudWatchAgent") return release >= ReleaseNumber{.major = 7};
  return find_application(name) != nullptr;
}

std::string application_version(std::string_view name) {
  const Application* found = find_application(name);
  return found ? std::string(found->version) : std::string{};
}

}  // namespace mayfly::cloudsim
