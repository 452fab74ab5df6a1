#include "aws_door.h"

#include <fmt/format.h>

#include "aws_errors.h"
#include "clouds/sim/geography.h"
#include "iam_actions.h"
#include "json/parse.h"
#include "json/print.h"
#include "service_quotas.h"
#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

constexpr std::string_view kSsmPrefix = "AmazonSSM.";

// Which service an unsigned request must mean.
std::string_view guess_service(const http::Request& request) {
  if (request.header("x-amz-target")) return "ssm";
  return request.body.contains("Action=GetCallerIdentity") ? "sts" : "ec2";
}

std::string identity_answer(const std::string& request_id) {
  pugi::xml_document document;
  pugi::xml_node response = document.append_child("GetCallerIdentityResponse");
  response.append_attribute("xmlns").set_value("https://sts.amazonaws.com/doc/2011-06-15/");
  pugi::xml_node result = response.append_child("GetCallerIdentityResult");
  put(result, "Arn", fmt::format("arn:aws:iam::{}:user/mayfly", kAwsAccount));
  put(result, "UserId", "AIDACKCEVSFODN7EXAMPLE");
  put(result, "Account", kAwsAccount);
  put(response.append_child("ResponseMetadata"), "RequestId", request_id);
  return to_text(document);
}

sim::Outcome<std::string> parameter_answer(const std::string& region, const std::string& name) {
  for (const sim::Image& image : sim::images_of(region)) {
    if (image.parameter != name) continue;
    return json::print(
        json::object{{"Parameter",
                      {{"ARN", fmt::format("arn:aws:ssm:{}::parameter{}", region, name)},
                       {"DataType", "aws:ec2:image"},
                       {"LastModifiedDate", 1792454400.5},
                       {"Name", name},
                       {"Type", "String"},
                       {"Value", image.id},
                       {"Version", 42}}}});
  }
  return sim::refuse(400, "ParameterNotFound", fmt::format("Parameter {} not found.", name));
}

}  // namespace

AwsDoor::AwsDoor(Simulator& simulator)
    : simulator_(simulator),
      ec2_{.world = simulator.world(), .shop = simulator.shop(), .groups = Groups(kAwsAccount)},
      emr_{.world = simulator.world(),
           .shop = simulator.shop(),
           .account = simulator.aws_account(),
           .ec2 = ec2_} {}

boost::asio::awaitable<http::Response> AwsDoor::answer(http::Request request) {
  const Time real_now = simulator_.clock().real_now();
  auto scope = verify_signature(request, simulator_.keys(), real_now);
  if (!scope) {
    const std::string& named = scope.error().scope.service;
    const std::string_view service =
        named.empty() ? guess_service(request) : std::string_view(named);
    co_return aws_refusal(service, refusal_of(scope.error(), service, real_now),
                          simulator_.new_request_id());
  }
  if (!sim::is_region("aws", scope->region)) {
    const AuthFailure failure{AuthProblem::wrong_signature, *scope, {}};
    co_return aws_refusal(scope->service, refusal_of(failure, scope->service, real_now),
                          simulator_.new_request_id());
  }
  std::string target(request.header("x-amz-target").value_or(""));
  if (scope->service == "ec2")
    co_return co_await answer_ec2(*std::move(scope), std::move(request.body));
  if (scope->service == "sts")
    co_return co_await answer_sts(*std::move(scope), std::move(request.body));
  if (scope->service == "ssm") {
    co_return co_await answer_ssm(*std::move(scope), std::move(target), std::move(request.body));
  }
  if (scope->service == "elasticmapreduce") {
    co_return co_await answer_emr(*std::move(scope), std::move(target), std::move(request.body));
  }
  if (scope->service == "iam")
    co_return co_await answer_iam(*std::move(scope), std::move(request.body));
  if (scope->service == "servicequotas") {
    co_return co_await answer_quotas(*std::move(scope), std::move(target), std::move(request.body));
  }
  const sim::CloudError unknown{
      400, "InvalidAction", fmt::format("The service '{}' is not simulated.", scope->service), {}};
  co_return aws_refusal("sts", unknown, simulator_.new_request_id());
}

boost::asio::awaitable<http::Response> AwsDoor::answer_ec2(Scope scope, std::string body) {
  const std::string request_id = simulator_.new_request_id();
  auto form = Form::parse(body);
  if (!form) {
    const sim::CloudError broken{400, "MalformedQueryString", "The body is not a form.", {}};
    co_return aws_refusal("ec2", broken, request_id);
  }
  const Ec2ActionRow* row = find_ec2_action(form->text("Action"));
  if (!row) {
    const sim::CloudError unknown{
        400,
        "InvalidAction",
        fmt::format("The action {} is not valid for this web service.", form->text("Action")),
        {}};
    co_return aws_refusal("ec2", unknown, request_id);
  }
  if (const auto member = form->unknown_member(row->members)) {
    const sim::CloudError unknown{
        400, "UnknownParameter", fmt::format("The parameter {} is not recognized", *member), {}};
    co_return aws_refusal("ec2", unknown, request_id);
  }
  const Ec2Call call{*std::move(form), kAwsAccount, scope.region, request_id};
  auto effect = [this, row, call] { return run_or_try(ec2_, *row, call); };
  auto performing = simulator_.perform(ec2_site(call), std::move(effect));
  auto outcome = co_await std::move(performing);
  if (!outcome) co_return aws_refusal("ec2", outcome.error(), request_id);
  co_return aws_answer("ec2", *std::move(outcome), request_id);
}

boost::asio::awaitable<http::Response> AwsDoor::answer_sts(Scope scope, std::string body) {
  const std::string request_id = simulator_.new_request_id();
  const auto form = Form::parse(body);
  const std::string action = form ? form->text("Action") : std::string{};
  if (action != "GetCallerIdentity") {
    const sim::CloudError unknown{
        400,
        "InvalidAction",
        fmt::format("Could not find operation {} for version 2011-06-15", action),
        {}};
    co_return aws_refusal("sts", unknown, request_id);
  }
  sim::CallSite site{
      .cloud = "aws", .account = kAwsAccount, .region = scope.region, .operation = action};
  auto effect = [request_id]() -> sim::Outcome<std::string> { return identity_answer(request_id); };
  auto performing = simulator_.perform(std::move(site), std::move(effect));
  auto outcome = co_await std::move(performing);
  if (!outcome) co_return aws_refusal("sts", outcome.error(), request_id);
  co_return aws_answer("sts", *std::move(outcome), request_id);
}

boost::asio::awaitable<http::Response> AwsDoor::answer_ssm(Scope scope, std::string target,
                                                           std::string body) {
  const std::string request_id = simulator_.new_request_id();
  const auto tree = json::parse(body);
  const json::object* members = tree ? tree->if_object() : nullptr;
  const json::value* name = members ? members->if_contains("Name") : nullptr;
  if (target != "AmazonSSM.GetParameter") {
    const sim::CloudError unknown{400, "UnknownOperationException", "", {}};
    co_return aws_refusal("ssm", unknown, request_id);
  }
  if (!name || !name->is_string()) {
    const sim::CloudError wrong{
        400, "ValidationException", "1 validation error detected: Name", {}};
    co_return aws_refusal("ssm", wrong, request_id);
  }
  sim::CallSite site{.cloud = "aws",
                     .account = kAwsAccount,
                     .region = scope.region,
                     .operation = target.substr(kSsmPrefix.size())};
  auto effect = [region = scope.region, wanted = std::string(name->get_string().c_str())] {
    return parameter_answer(region, wanted);
  };
  auto performing = simulator_.perform(std::move(site), std::move(effect));
  auto outcome = co_await std::move(performing);
  if (!outcome) co_return aws_refusal("ssm", outcome.error(), request_id);
  co_return aws_answer("ssm", *std::move(outcome), request_id);
}

boost::asio::awaitable<http::Response> AwsDoor::answer_iam(Scope scope, std::string body) {
  const std::string request_id = simulator_.new_request_id();
  const auto form = Form::parse(body);
  if (!form) {
    const sim::CloudError broken{400, "MalformedQueryString", "The body is not a form.", {}};
    co_return aws_refusal("iam", broken, request_id);
  }
  sim::CallSite site{.cloud = "aws",
                     .account = kAwsAccount,
                     .region = scope.region,
                     .operation = form->text("Action")};
  auto effect = [this, form = *form, request_id] {
    return iam_answer(simulator_.aws_account(), form, request_id);
  };
  auto performing = simulator_.perform(std::move(site), std::move(effect));
  auto outcome = co_await std::move(performing);
  if (!outcome) co_return aws_refusal("iam", outcome.error(), request_id);
  co_return aws_answer("iam", *std::move(outcome), request_id);
}

boost::asio::awaitable<http::Response> AwsDoor::answer_quotas(Scope scope, std::string target,
                                                              std::string body) {
  const std::string request_id = simulator_.new_request_id();
  const auto tree = json::parse(body);
  if (!tree || !tree->is_object()) {
    const sim::CloudError broken{400, "SerializationException", "", {}};
    co_return aws_refusal("servicequotas", broken, request_id);
  }
  sim::CallSite site{.cloud = "aws",
                     .account = kAwsAccount,
                     .region = scope.region,
                     .operation = target.substr(target.find('.') + 1)};
  auto effect = [this, region = scope.region, target, members = tree->get_object()] {
    return quota_answer(simulator_.aws_account(), region, target, members);
  };
  auto performing = simulator_.perform(std::move(site), std::move(effect));
  auto outcome = co_await std::move(performing);
  if (!outcome) co_return aws_refusal("servicequotas", outcome.error(), request_id);
  co_return aws_answer("servicequotas", *std::move(outcome), request_id);
}

boost::asio::awaitable<http::Response> AwsDoor::answer_emr(Scope scope, std::string target,
                                                           std::string body) {
  const std::string request_id = simulator_.new_request_id();
  const EmrAction action = find_emr_action(target);
  if (!action) {
    const sim::CloudError unknown{400, "UnknownOperationException", "", {}};
    co_return emr_refusal(unknown, request_id);
  }
  const auto tree = json::parse(body.empty() ? "{}" : body);
  if (!tree || !tree->is_object()) {
    const sim::CloudError broken{400, "SerializationException", "The body is not JSON.", {}};
    co_return emr_refusal(broken, request_id);
  }
  const EmrCall call{.operation = target.substr(target.find('.') + 1),
                     .members = tree->get_object(),
                     .account = kAwsAccount,
                     .region = scope.region};
  auto effect = [this, action, call] { return action(emr_, call); };
  auto performing = simulator_.perform(emr_site(call), std::move(effect));
  auto outcome = co_await std::move(performing);
  if (!outcome) co_return emr_refusal(outcome.error(), request_id);
  co_return aws_answer("elasticmapreduce", *std::move(outcome), request_id);
}

}  // namespace mayfly::cloudsim
