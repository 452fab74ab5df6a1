#include "aws_errors.h"

#include <fmt/format.h>

#include "json/print.h"
#include "xml_answer.h"

namespace mayfly::cloudsim {
namespace {

constexpr char kXmlType[] = "text/xml;charset=UTF-8";
constexpr char kJsonType[] = "application/x-amz-json-1.1";

bool speaks_json(std::string_view service) {
  return service == "ssm" || service == "servicequotas" || service == "elasticmapreduce";
}

std::string ec2_error(const sim::CloudError& error, const std::string& request_id) {
  pugi::xml_document document;
  pugi::xml_node response = document.append_child("Response");
  pugi::xml_node body = response.append_child("Errors").append_child("Error");
  put(body, "Code", error.code);
  put(body, "Message", error.message);
  put(response, "RequestID", request_id);
  return to_text(document);
}

std::string query_error(std::string_view service, const sim::CloudError& error,
                        const std::string& request_id) {
  pugi::xml_document document;
  pugi::xml_node response = document.append_child("ErrorResponse");
  response.append_attribute("xmlns").set_value(service == "iam"
                                                   ? "https://iam.amazonaws.com/doc/2010-05-08/"
                                                   : "https://sts.amazonaws.com/doc/2011-06-15/");
  pugi::xml_node body = response.append_child("Error");
  put(body, "Type", error.status < 500 ? "Sender" : "Receiver");
  put(body, "Code", error.code);
  put(body, "Message", error.message);
  put(response, "RequestId", request_id);
  return to_text(document);
}

std::string json_error(const sim::CloudError& error) {
  return json::print(json::object{{"__type", error.code}, {"message", error.message}});
}

// What a gateway in front of the service says when the service does not.
http::Response gateway_error(int status) {
  return {.status = status,
          .headers = {{"Content-Type", "text/html"}},
          .body = fmt::format(
              "<html><head><title>{0} {1}</title></head><body><h1>{0} {1}</h1></body></html>\n",
              status, http::reason_phrase(status))};
}

}  // namespace

http::Response aws_refusal(std::string_view service, const sim::CloudError& error,
                           const std::string& request_id) {
  // Nothing came back while a client could be waiting; whoever still is sees a gateway's despair.
  if (error.status == 0) return gateway_error(504);
  if (error.code.empty()) return gateway_error(error.status);
  http::Response response{.status = error.status, .headers = {{"x-amzn-RequestId", request_id}}};
  response.headers.push_back({"Content-Type", speaks_json(service) ? kJsonType : kXmlType});
  if (speaks_json(service))
    response.body = json_error(error);
  else
    response.body =
        service == "ec2" ? ec2_error(error, request_id) : query_error(service, error, request_id);
  return response;
}

http::Response aws_answer(std::string_view service, std::string body,
                          const std::string& request_id) {
  return {.status = 200,
          .headers = {{"x-amzn-RequestId", request_id},
                      {"Content-Type", speaks_json(service) ? kJsonType : kXmlType}},
          .body = std::move(body)};
}

sim::CloudError refusal_of(const AuthFailure& failure, std::string_view service, Time real_now) {
  const bool ec2 = service == "ec2";
  const bool json = speaks_json(service);
  const sim::CloudError not_valid{
      401, "AuthFailure", "AWS was not able to validate the provided access credentials", {}};
  switch (failure.problem) {
    case AuthProblem::missing:
      return {json ? 400 : 403,
              json ? "MissingAuthenticationTokenException" : "MissingAuthenticationToken",
              "Request is missing Authentication Token",
              {}};
    case AuthProblem::incomplete:
      return {400,
              json ? "IncompleteSignatureException" : "IncompleteSignature",
              "Authorization header requires 'Credential', 'Signature', 'SignedHeaders' and an "
              "'X-Amz-Date' header.",
              {}};
    case AuthProblem::unknown_key:
      if (ec2) return not_valid;
      return {json ? 400 : 403,
              json ? "UnrecognizedClientException" : "InvalidClientTokenId",
              "The security token included in the request is invalid.",
              {}};
    case AuthProblem::wrong_signature:
      if (ec2) return not_valid;
      return {
          json ? 400 : 403,
          json ? "InvalidSignatureException" : "SignatureDoesNotMatch",
          "The request signature we calculated does not match the signature you provided. Check "
          "your AWS Secret Access Key and signing method. Consult the service documentation for "
          "details.",
          {}};
    case AuthProblem::expired_token:
      return {json ? 400 : 403,
              json ? "ExpiredTokenException" : "ExpiredToken",
              "The security token included in the request is expired",
              {}};
    case AuthProblem::expired:
    case AuthProblem::early:
      break;
  }
  if (ec2) {
    return {400,
            "RequestExpired",
            fmt::format("Request has expired. Timestamp date is {}.", failure.date),
            {}};
  }
  const bool early = failure.problem == AuthProblem::early;
  return {
      json ? 400 : 403,
      json ? "InvalidSignatureException" : "SignatureDoesNotMatch",
      fmt::format("Signature {}: {} is now {} than {} ({} {} 5 min.)",
                  early ? "not yet current" : "expired", failure.date, early ? "later" : "earlier",
                  compact_time(early ? real_now + kSkewMax : real_now - kSkewMax),
                  compact_time(real_now), early ? "+" : "-"),
      {}};
}

}  // namespace mayfly::cloudsim
