#include "model/search_texts.h"

#include <algorithm>
#include <optional>

#include "core/id.h"

namespace mayfly {
namespace {

class Lines {
 public:
  void add_all(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) add(text);
  }
  void end_names() { text_ += '\n'; }
  std::string take() && { return std::move(text_); }

 private:
  void add(std::string_view text) {
    if (text.empty() || text_.size() + text.size() + 2 > kSearchTextsBytesMax) return;
    const std::size_t from = text_.size();
    text_ += text;
    std::replace(text_.begin() + static_cast<std::ptrdiff_t>(from), text_.end(), '\n', ' ');
    text_ += '\n';
  }

  std::string text_;
};

class Others {
 public:
  explicit Others(std::vector<std::string>& texts) : texts_(texts) {}

  // Of a thousand machines the first few hundred fill what is kept; looking for the others among
  // them would cost each write of the reservation more than all the rest of it.
  void add(std::string_view text) {
    if (text.empty() || bytes_ > kSearchTextsBytesMax) return;
    if (std::ranges::find(texts_, text) != texts_.end()) return;
    bytes_ += text.size() <= kSearchTextsBytesMax ? text.size() : 0;
    texts_.emplace_back(text);
  }
  void add(const std::optional<std::string>& text) {
    if (text) add(std::string_view(*text));
  }
  void add(const std::optional<std::vector<std::string>>& texts) {
    for (const std::string& text : texts.value_or(std::vector<std::string>{}))
      add(std::string_view(text));
  }

 private:
  std::vector<std::string>& texts_;
  std::size_t bytes_ = 0;
};

void add_attempt(const Attempt& attempt, bool with_reason, Others& others) {
  for (const std::string* text :
       {&attempt.offer.cloud, &attempt.offer.region, &attempt.offer.instance_type})
    others.add(std::string_view(*text));
  if (with_reason) others.add(std::string_view(attempt.reason));
  for (const Machine& machine : attempt.machines) {
    const Instance& instance = machine.instance;
    for (const std::string* text :
         {&instance.id, &instance.public_ip, &instance.private_ip, &instance.dns_name})
      others.add(std::string_view(*text));
  }
}

}  // namespace

std::int64_t search_moment(std::string_view id, Time created_at) {
  const Time moment = moment_of_id(id).value_or(created_at);
  const auto since = std::chrono::floor<std::chrono::milliseconds>(moment).time_since_epoch();
  return std::clamp<std::int64_t>(since.count(), 0, kSearchMomentMax);
}

std::string print_search_texts(const SearchTexts& texts) {
  Lines lines;
  lines.add_all(texts.names);
  lines.end_names();
  lines.add_all(texts.others);
  return std::move(lines).take();
}

SearchTexts search_texts_of(const Reservation& reservation) {
  const Request& request = reservation.request;
  SearchTexts texts{.names = {reservation.id}, .others = {}};
  if (request.name) texts.names.push_back(*request.name);
  Others others(texts.others);
  others.add(std::string_view(request.image));
  for (const auto* several : {&request.clouds, &request.regions, &request.applications})
    others.add(*several);
  for (const auto* one : {&request.instance_type, &request.release, &request.subnet,
                          &request.log_uri, &request.open_to})
    others.add(*one);
  const bool never_ready = !reservation.ready_at;
  if (never_ready) others.add(std::string_view(reservation.end_reason));
  for (const Attempt& attempt : reservation.attempts) add_attempt(attempt, never_ready, others);
  return texts;
}

}  // namespace mayfly
