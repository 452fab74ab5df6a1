// AWS's services behind one address: EC2, EMR, STS, SSM, IAM, Service Quotas. The signature's scope
// says which service and region a call is for. Refusals come in each service's own shape.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "ec2_actions.h"
#include "emr_actions.h"
#include "http/server.h"
#include "signature.h"
#include "simulator.h"

namespace mayfly::cloudsim {

class AwsDoor {
 public:
  explicit AwsDoor(Simulator& simulator);

  boost::asio::awaitable<http::Response> answer(http::Request request);

 private:
  boost::asio::awaitable<http::Response> answer_ec2(Scope scope, std::string body);
  boost::asio::awaitable<http::Response> answer_sts(Scope scope, std::string body);
  boost::asio::awaitable<http::Response> answer_ssm(Scope scope, std::string target,
                                                    std::string body);
  boost::asio::awaitable<http::Response> answer_iam(Scope scope, std::string body);
  boost::asio::awaitable<http::Response> answer_quotas(Scope scope, std::string target,
                                                       std::string body);

  boost::asio::awaitable<http::Response> answer_emr(Scope scope, std::string target,
                                                    std::string body);

  Simulator& simulator_;
  Ec2 ec2_;
  Emr emr_;
};

}  // namespace mayfly::cloudsim
