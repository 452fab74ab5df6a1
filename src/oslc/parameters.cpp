#include "oslc/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "json/codec.h"
#include "json/schema.h"
#include "model/clouds.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

constexpr std::array<std::string_view, 8> kOfClusters = {
    "nodes",        "release", "applications", "idle_timeout",
    "spot_workers", "log_uri", "subnet",       "open_to"};
constexpr std::array<std::string_view, 4> kOfMachines = {"count", "image", "spread", "user_data"};

bool has(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// What the plan itself says is no parameter of it.
bool is_parameter(std::string_view name, Kind kind) {
  if (name == "kind") return false;
  return kind == Kind::cluster ? !has(kOfMachines, name) : !has(kOfClusters, name);
}

template <class T>
constexpr std::string_view datatype_of() {
  if constexpr (json::is_optional<T>::value || json::is_vector<T>::value) {
    return datatype_of<typename T::value_type>();
  } else if constexpr (std::same_as<T, bool>) {
    return rdf::kBoolean;
  } else if constexpr (std::integral<T>) {
    return rdf::kInteger;
  } else if constexpr (json::is_millionths<T>::value) {
    return rdf::kDecimal;
  } else {
    return rdf::kString;
  }
}

template <class T>
constexpr bool is_many() {
  if constexpr (json::is_optional<T>::value) {
    return is_many<typename T::value_type>();
  } else {
    return json::is_vector<T>::value;
  }
}

template <class T>
std::vector<std::string> allowed_values() {
  if constexpr (json::is_optional<T>::value) {
    return allowed_values<typename T::value_type>();
  } else if constexpr (json::DescribedEnum<T>) {
    const auto names = json::enum_names<T>();
    return {names.begin(), names.end()};
  } else {
    return {};
  }
}

template <class T>
void add_lexical(const T& item, std::vector<std::string>& texts) {
  if constexpr (json::is_optional<T>::value) {
    if (item) add_lexical(*item, texts);
  } else if constexpr (json::is_vector<T>::value) {
    for (const auto& element : item) add_lexical(element, texts);
  } else if constexpr (std::same_as<T, bool>) {
    texts.emplace_back(item ? "true" : "false");
  } else if constexpr (std::integral<T>) {
    texts.push_back(fmt::format("{}", item));
  } else if constexpr (std::same_as<T, std::string>) {
    texts.push_back(item);
  } else if constexpr (json::DescribedEnum<T>) {
    texts.emplace_back(json::enum_name(item));
  } else {
    texts.push_back(to_string(item));
  }
}

template <class Member>
ParameterRule rule_of(std::string_view name, Kind kind, const Member& value, bool saved) {
  const json::FieldRule* field = json::find_rule(rules(static_cast<const Request*>(nullptr)), name);
  ParameterRule rule{.name = std::string(name),
                     .doc = field ? std::string(field->doc) : "",
                     .datatype = datatype_of<Member>(),
                     .many = is_many<Member>(),
                     .allowed = allowed_values<Member>()};
  const std::string only = fmt::format("kind={}", json::enum_name(kind));
  rule.required =
      field && field->required && (field->only_when.empty() || field->only_when == only);
  if (name == "clouds") rule.allowed.assign(kCloudNames.begin(), kCloudNames.end());
  // A field that is not optional has a value whether it is given or not.
  if (saved || !json::is_optional<Member>::value) add_lexical(value, rule.defaults);
  if (rule.datatype == rdf::kString && field && rule.allowed.empty()) {
    if (!rule.many && field->has_max()) rule.max_size = field->max;
    if (rule.many && field->item_max < kBootDocumentMax) rule.max_size = field->item_max;
  }
  return rule;
}

// ---- what comes out
// --------------------------------------------------------------------------------

using service::ReservationView;
using Values = std::vector<std::string>;

struct Output {
  std::string_view name;
  std::string_view doc;
  std::string_view datatype;
  std::optional<Kind> only;
  bool many;
  Values (*values)(const ReservationView&);
};

template <auto Member>
Values of_instances(const ReservationView& view) {
  Values values;
  for (const service::InstanceView& instance : view.instances)
    add_lexical(instance.*Member, values);
  return values;
}

template <auto Member>
Values of_placement(const ReservationView& view) {
  Values values;
  if (view.placement) add_lexical((*view.placement).*Member, values);
  return values;
}

template <auto Member>
Values of_cluster(const ReservationView& view) {
  Values values;
  if (view.cluster) add_lexical((*view.cluster).*Member, values);
  return values;
}

Values estimated_cost(const ReservationView& view) {
  if (!view.placement) return {};
  return {to_string(view.placement->estimate.cost_usd)};
}

constexpr std::array kOutputs = {
    Output{"cloud",
           "The cloud it was placed on.",
           rdf::kString,
           {},
           false,
           &of_placement<&service::PlacementView::cloud>},
    Output{"placed_region",
           "The region it was placed in.",
           rdf::kString,
           {},
           false,
           &of_placement<&service::PlacementView::region>},
    Output{"placed_instance_type",
           "The instance type of its machines.",
           rdf::kString,
           {},
           false,
           &of_placement<&service::PlacementView::instance_type>},
    Output{"price_usd_hour",
           "Dollars per hour, of one machine or the whole cluster.",
           rdf::kDecimal,
           {},
           false,
           &of_placement<&service::PlacementView::price_usd_hour>},
    Output{"estimated_cost_usd",
           "What it was estimated to cost when it was placed, in dollars.",
           rdf::kDecimal,
           {},
           false,
           &estimated_cost},
    Output{"instance_id", "The cloud's id of each machine.", rdf::kString, Kind::vm, true,
           &of_instances<&service::InstanceView::id>},
    Output{"public_ip", "The public IPv4 address of each machine.", rdf::kString, Kind::vm, true,
           &of_instances<&service::InstanceView::public_ip>},
    Output{"private_ip", "The private IPv4 address of each machine.", rdf::kString, Kind::vm, true,
           &of_instances<&service::InstanceView::private_ip>},
    Output{"dns_name", "The name of each machine, where its cloud gives one.", rdf::kString,
           Kind::vm, true, &of_instances<&service::InstanceView::dns_name>},
    Output{"cluster_id", "AWS's id of the cluster.", rdf::kString, Kind::cluster, false,
           &of_cluster<&service::ClusterView::id>},
    Output{"master_dns", "The name of the cluster's master.", rdf::kString, Kind::cluster, false,
           &of_cluster<&service::ClusterView::master_dns>},
    Output{"zeppelin_url", "Zeppelin's page on the master.", rdf::kString, Kind::cluster, false,
           &of_cluster<&service::ClusterView::zeppelin_url>},
    Output{"ganglia_url", "Ganglia's page on the master.", rdf::kString, Kind::cluster, false,
           &of_cluster<&service::ClusterView::ganglia_url>},
    Output{"spark_history_url", "Spark's history on the master.", rdf::kString, Kind::cluster,
           false, &of_cluster<&service::ClusterView::spark_history_url>},
    Output{"ssh_tunnel", "The command that brings these pages to this machine.", rdf::kString,
           Kind::cluster, false, &of_cluster<&service::ClusterView::ssh_tunnel>},
};

bool is_for(const Output& output, Kind kind) {
  return !output.only || *output.only == kind;
}

// ---- reading
// ---------------------------------------------------------------------------------------

// What the text says in JSON, as the field's codec wants it; a text that is no such thing stays
// one, and the codec says what is wrong with it.
json::value as_json(const ParameterRule& rule, const std::string& text) {
  if (rule.datatype == rdf::kBoolean) {
    if (text == "true" || text == "1") return true;
    if (text == "false" || text == "0") return false;
  } else if (rule.datatype == rdf::kInteger || rule.datatype == rdf::kDecimal) {
    if (const auto number = Gib::parse(text)) {
      if (number->value % 1'000'000 == 0) return number->value / 1'000'000;
      return json::encode(*number);
    }
  }
  return json::encode(text);
}

void place_value(const ParameterRule& rule, const std::string& text, json::object& members,
                 std::vector<std::string>& seen, json::Issues& issues) {
  const bool again = std::ranges::find(seen, rule.name) != seen.end();
  seen.push_back(rule.name);
  if (!rule.many) {
    if (again) return issues.add(rule.name, "is given more than once");
    members[rule.name] = as_json(rule, text);
    return;
  }
  if (!again) members[rule.name] = json::array{};  // instead of those of the template
  members[rule.name].get_array().push_back(json::encode(text));
}

}  // namespace

std::vector<ParameterRule> input_rules(Kind kind, const Request* saved) {
  const Request defaults = saved ? *saved : Request{.kind = kind};
  std::vector<ParameterRule> all;
  boost::mp11::mp_for_each<json::members_of<Request>>([&](auto member) {
    if (!is_parameter(member.name, kind)) return;
    all.push_back(rule_of(member.name, kind, defaults.*member.pointer, saved != nullptr));
  });
  return all;
}

std::vector<ParameterRule> output_rules(Kind kind) {
  std::vector<ParameterRule> all;
  for (const Output& output : kOutputs) {
    if (!is_for(output, kind)) continue;
    all.push_back({.name = std::string(output.name),
                   .doc = std::string(output.doc),
                   .datatype = output.datatype,
                   .many = output.many,
                   .read_only = true});
  }
  return all;
}

void describe_rule(const ParameterRule& rule, Description property) {
  const std::string occurs =
      fmt::format("{}{}", core::kNamespace,
                  rule.many ? (rule.required ? "One-or-many" : "Zero-or-many")
                            : (rule.required ? "Exactly-one" : "Zero-or-one"));
  property.a(core::kPropertyType)
      .text(core::kName, rule.name)
      .text(dublin::kDescription, rule.doc)
      .link(core::kOccurs, occurs)
      .link(core::kValueType, rule.datatype)
      .flag(core::kReadOnly, rule.read_only);
  for (const std::string& value : rule.allowed)
    property.typed(core::kAllowedValue, value, rule.datatype);
  for (const std::string& value : rule.defaults)
    property.typed(core::kDefaultValue, value, rule.datatype);
  if (rule.max_size) property.number(core::kMaxSize, *rule.max_size);
}

Result<ReadRequest> read_request(Kind kind, const Request* saved,
                                 const std::vector<GivenParameter>& given) {
  json::value tree =
      saved ? json::encode(*saved) : json::value(json::object{{"kind", json::enum_name(kind)}});
  json::object& members = tree.get_object();
  const std::vector<ParameterRule> inputs = input_rules(kind, saved);
  const std::vector<ParameterRule> outputs = output_rules(kind);
  ReadRequest read;
  json::Issues issues;
  std::vector<std::string> seen;
  for (const GivenParameter& parameter : given) {
    const auto input = std::ranges::find(inputs, parameter.name, &ParameterRule::name);
    if (input != inputs.end()) {
      place_value(*input, parameter.value, members, seen, issues);
    } else if (std::ranges::find(outputs, parameter.name, &ParameterRule::name) != outputs.end()) {
      issues.add(parameter.name, "comes out and cannot be given");
    } else if (parameter.name == "kind") {
      if (parameter.value != json::enum_name(kind)) issues.add("kind", "is what the plan says");
    } else if (read.others.size() == kOthersMax) {
      issues.add(parameter.name, fmt::format("is one unknown parameter more than {}", kOthersMax));
    } else if (parameter.name.size() + parameter.value.size() > kOtherBytesMax) {
      issues.add(parameter.name,
                 fmt::format("is unknown and longer than {} bytes", kOtherBytesMax));
    } else {
      read.others.push_back(parameter);
    }
  }
  for (const ParameterRule& rule : inputs) {
    if (!rule.required || members.contains(rule.name) || rule.defaults.empty()) continue;
    for (const std::string& value : rule.defaults) place_value(rule, value, members, seen, issues);
  }
  json::decode(tree, std::string{}, nullptr, json::Unknown::refuse, issues, read.request);
  if (issues.empty()) validate(read.request, issues);
  if (!issues.empty()) return std::move(issues).to_error();
  return read;
}

std::vector<GivenParameter> inputs_of(const Request& request) {
  std::vector<GivenParameter> all;
  boost::mp11::mp_for_each<json::members_of<Request>>([&](auto member) {
    if (!is_parameter(member.name, request.kind)) return;
    using Member = std::remove_cvref_t<decltype(request.*member.pointer)>;
    std::vector<std::string> texts;
    add_lexical(request.*member.pointer, texts);
    for (std::string& text : texts) {
      all.push_back({.name = member.name,
                     .value = std::move(text),
                     .datatype = std::string(datatype_of<Member>())});
    }
  });
  return all;
}

std::vector<GivenParameter> outputs_of(const service::ReservationView& view) {
  std::vector<GivenParameter> all;
  for (const Output& output : kOutputs) {
    if (!is_for(output, view.request.kind)) continue;
    for (std::string& value : output.values(view)) {
      all.push_back({.name = std::string(output.name),
                     .value = std::move(value),
                     .datatype = std::string(output.datatype)});
    }
  }
  return all;
}

void describe_properties(const std::vector<GivenParameter>& properties, Description& resource) {
  for (const GivenParameter& property : properties) {
    if (property.datatype.empty()) {
      resource.link(property.name, property.value);
    } else {
      resource.typed(property.name, property.value, property.datatype);
    }
  }
}

void describe_parameter(const GivenParameter& parameter, std::string_view property,
                        Description& resource) {
  Description instance = resource.inside(property);
  instance.a(automation::kParameterInstance).text(core::kName, parameter.name);
  if (parameter.datatype.empty()) {
    instance.link(kValue, parameter.value);
  } else {
    instance.typed(kValue, parameter.value, parameter.datatype);
  }
}

}  // namespace mayfly::oslc
