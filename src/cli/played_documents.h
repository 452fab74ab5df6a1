// For tests: documents as the server writes them.
#pragma once

#include <fmt/format.h>

#include <string>

namespace mayfly::cli::played {

inline const std::string kId = "r-0jx5w2k3m8q4t6y9";

inline std::string event(int seq, std::string_view at, std::string_view type,
                         std::string_view phase, int attempt, std::string_view message,
                         std::string_view cloud_code = "") {
  return fmt::format(
      "id: {}\nevent: {}\ndata: {{\"seq\":{},\"at\":\"2026-11-22T{}Z\",\"type\":\"{}\","
      "\"phase\":\"{}\",\"attempt\":{},\"message\":\"{}\",\"cloud_code\":\"{}\"}}\n\n",
      seq, type, seq, at, type, phase, attempt, message, cloud_code);
}

inline std::string pending(std::string_view id = kId) {
  return fmt::format(R"({{"id":"{}","user":"ann","phase":"pending","goal":"present",
    "request":{{"kind":"vm","count":1,"vcpus":2,"memory_gib":2,"image":"ubuntu-24.04",
    "arch":"x86_64"}},"instances":[],"attempts":[],"created_at":"2026-11-22T11:59:00Z",
    "cost":{{"usd":0,"tail_usd":0,"final":false}}}})",
                     id);
}

// Two machines, the first attempt lost.
inline std::string ready(std::string_view id = kId, std::string_view phase = "ready") {
  return fmt::format(R"({{"id":"{}","user":"ann","name":"build","phase":"{}","goal":"present",
    "request":{{"kind":"vm","count":2,"vcpus":2,"memory_gib":2,"disk_gib":25,"arch":"x86_64",
      "image":"ubuntu-24.04","lease":"2h","ssh_public_key":"ssh-ed25519 AAAA"}},
    "placement":{{"cloud":"aws","region":"us-east-1","zone":"us-east-1b",
      "instance_type":"t3.small","vcpus":2,"memory_gib":2,"disk_gib":25,"arch":"x86_64",
      "burstable":true,"price_usd_hour":0.02854,
      "estimate":{{"cost_usd":0.11416,"billed_seconds":7200,"snapshot":"2026-11-20"}},
      "considered":[{{"cloud":"digitalocean","region":"fra1","instance_type":"s-2vcpu-2gb",
        "vcpus":2,"memory_gib":2,"price_usd_hour":0.02679,"cost_usd":0.10716,
        "lost_because":"sold out"}}]}},
    "instances":[
      {{"id":"i-1","name":"mayfly-1","state":"running","public_ip":"192.0.2.1",
        "private_ip":"10.0.0.1","zone":"us-east-1b","launched_at":"2026-11-22T11:59:10Z"}},
      {{"id":"i-2","name":"mayfly-2","state":"running","public_ip":"192.0.2.2",
        "private_ip":"10.0.0.2","zone":"us-east-1b","launched_at":"2026-11-22T11:59:10Z"}}],
    "attempts":[
      {{"number":1,"cloud":"digitalocean","region":"fra1","instance_type":"s-2vcpu-2gb",
        "stage":"ended","reason":"The size is sold out","cloud_code":"unprocessable_entity",
        "started_at":"2026-11-22T11:59:01Z","ended_at":"2026-11-22T11:59:02Z"}},
      {{"number":2,"cloud":"aws","region":"us-east-1","zone":"us-east-1b",
        "instance_type":"t3.small","stage":"running","started_at":"2026-11-22T11:59:03Z"}}],
    "created_at":"2026-11-22T11:59:00Z","ready_at":"2026-11-22T11:59:41Z",
    "expires_at":"2026-11-22T13:59:00Z","cost":{{"usd":0.000951,"tail_usd":0,"final":false}}}})",
                     id, phase);
}

// A cluster of three nodes; `more` are further fields of its request.
inline std::string cluster(std::string_view phase = "ready", std::string_view more = "") {
  const bool up = phase == "ready";
  const std::string master = "ec2-192-0-2-1.compute-1.amazonaws.com";
  const std::string pages = fmt::format(
      R"(,"id":"j-1ABC","master_dns":"{0}","zeppelin_url":"http://{0}:8890/",
         "ganglia_url":"http://{0}/ganglia/","spark_history_url":"http://{0}:18080/",
         "ssh_tunnel":"ssh -N -L 8890:localhost:8890 hadoop@{0}")",
      master);
  return fmt::format(R"({{"id":"{}","user":"ann","phase":"{}","goal":"present",
    "request":{{"kind":"cluster","count":1,"image":"ubuntu-24.04","arch":"x86_64","nodes":3,
      "lease":"2h"{}}},
    "placement":{{"cloud":"aws","region":"us-east-1","zone":"us-east-1b",
      "instance_type":"m5.xlarge","vcpus":4,"memory_gib":16,"disk_gib":25,"arch":"x86_64",
      "burstable":false,"nodes":3,"price_usd_hour":0.753,"considered":[]}},
    "cluster":{{"nodes":3,"release":"emr-6.15.0",
      "applications":["Hadoop","Spark","Ganglia","Zeppelin"]{}}},
    "instances":[{{"id":"j-1ABC","name":"mayfly-r-1-0","state":"{}","zone":"us-east-1b",
      "launched_at":"2026-11-22T11:53:10Z"}}],
    "attempts":[{{"number":1,"cloud":"aws","region":"us-east-1","zone":"us-east-1b",
      "instance_type":"m5.xlarge","stage":"running","started_at":"2026-11-22T11:53:03Z"}}],
    "created_at":"2026-11-22T11:53:00Z","expires_at":"2026-11-22T13:53:00Z"{},
    "cost":{{"usd":0.087850,"tail_usd":0,"final":false}}}})",
                     kId, phase, more, up ? pages : "", up ? "running" : "pending",
                     up ? R"(,"ready_at":"2026-11-22T11:59:12Z")" : "");
}

inline const std::string kClusterKey = R"(,"ssh_public_key":"ssh-ed25519 AAAA")";

inline std::string ended(std::string_view id, std::string_view phase, std::string_view reason) {
  return fmt::format(R"({{"id":"{}","user":"ann","phase":"{}","goal":"absent",
    "request":{{"kind":"vm","count":1,"image":"ubuntu-24.04"}},"instances":[],"attempts":[],
    "created_at":"2026-11-22T10:00:00Z","release_requested_at":"2026-11-22T11:00:00Z",
    "ended_at":"2026-11-22T11:00:30Z","end_reason":"{}",
    "cost":{{"usd":0.0357,"tail_usd":0.000238,"final":true}}}})",
                     id, phase, reason);
}

inline std::string releasing(std::string_view id) {
  return fmt::format(R"({{"id":"{}","user":"ann","phase":"releasing","goal":"absent",
    "request":{{"kind":"vm","count":1,"image":"ubuntu-24.04"}},"instances":[],"attempts":[],
    "created_at":"2026-11-22T10:00:00Z","release_requested_at":"2026-11-22T11:00:00Z",
    "cost":{{"usd":0.0357,"tail_usd":0,"final":false}}}})",
                     id);
}

}  // namespace mayfly::cli::played
