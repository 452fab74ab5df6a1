#include "json/rules.h"
#include "service/async.h"

namespace mayfly::service {
namespace {

constexpr char kTemplates[] = "templates";

Result<void> check_name(const std::string& name) {
  if (!name.empty() && name.size() <= 64 && json::matches(json::Text::name, name)) return {};
  return fail_field("TemplateId", "must be 1-64 letters, digits, '_', '.' or '-'");
}

}  // namespace

Async<Service::SavedTemplate> Service::save_template(std::string user, std::string name,
                                                     Request request,
                                                     std::optional<std::string> title) {
  if (auto good = check_name(name); !good) co_return std::unexpected(std::move(good).error());
  auto known = co_await read_document<Template>(parts_.store, kTemplates, template_id(user, name),
                                                "template " + name);
  if (!known && known.error().code != ErrorCode::not_found)
    co_return std::unexpected(std::move(known).error());
  const Template saved{.user = user,
                       .name = name,
                       .title = title || !known ? std::move(title) : known->value.title,
                       .request = std::move(request),
                       .created_at = known ? known->value.created_at : now(),
                       .updated_at = now()};
  store::Batch batch;
  batch.push_back({.collection = kTemplates,
                   .id = template_id(user, name),
                   .expected_version = known ? known->version : 0,
                   .document = to_document(saved)});
  auto written = co_await commit(parts_.store, std::move(batch));
  if (!written) co_return std::unexpected(std::move(written).error());
  co_return SavedTemplate{view_of(saved), known.has_value()};
}

Async<Service::SavedTemplate> Service::save_template_of(std::string user, std::string name,
                                                        std::string reservation) {
  auto found = co_await get(user, reservation);
  if (!found && found.error().code == ErrorCode::not_found) {
    co_return fail_field("reservation", "names no reservation of yours: " + reservation);
  }
  if (!found) co_return std::unexpected(std::move(found).error());
  Request request = (*found)->request;
  co_return co_await save_template(std::move(user), std::move(name), std::move(request));
}

Async<TemplateView> Service::get_template(std::string user, std::string name) {
  auto known = co_await read_document<Template>(parts_.store, kTemplates, template_id(user, name),
                                                "template " + name);
  if (!known) co_return std::unexpected(std::move(known).error());
  co_return view_of(known->value);
}

Async<Listing<TemplateView>> Service::list_templates(std::string user, PageRequest page) {
  if (!page.cursor.empty()) page.cursor = template_id(user, page.cursor);
  auto documents = co_await read_page(
      parts_.store, {.collection = kTemplates, .index = "user", .value = user}, std::move(page));
  if (!documents) co_return std::unexpected(std::move(documents).error());
  Listing<TemplateView> listing;
  for (const store::Document& document : documents->items) {
    CO_TRY(const Stored<Template> saved, from_document<Template>(document));
    listing.items.push_back(view_of(saved.value));
  }
  if (documents->next_cursor) listing.next_cursor = listing.items.back().name;
  co_return listing;
}

Async<void> Service::delete_template(std::string user, std::string name) {
  auto known = co_await read_document<Template>(parts_.store, kTemplates, template_id(user, name),
                                                "template " + name);
  if (!known) co_return std::unexpected(std::move(known).error());
  store::Batch batch;
  batch.push_back({.collection = kTemplates,
                   .id = template_id(user, name),
                   .expected_version = known->version});
  co_return co_await commit(parts_.store, std::move(batch));
}

}  // namespace mayfly::service
