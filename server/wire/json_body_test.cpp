#include "wire/json_body.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace colo {
namespace {

namespace json = boost::json;

std::string refused(std::string_view body) {
  const auto read = read_credentials(body);
  EXPECT_FALSE(read) << body;
  EXPECT_EQ(read.error().code, errc::bad_request);
  return read.error().detail;
}

TEST(JsonBody, CredentialsAreTwoStrings) {
  const auto read = read_credentials(R"({"username":"Ana","password":"p'; DROP TABLE--","x":1})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->username, "Ana");
  EXPECT_EQ(read->password, "p'; DROP TABLE--");
}

TEST(JsonBody, RefusalsNameTheFieldAndTheReason) {
  EXPECT_EQ(refused("{"), "The body is not JSON.");
  EXPECT_EQ(refused(""), "The body is not JSON.");
  EXPECT_EQ(refused("[]"), "The body must be a JSON object.");
  EXPECT_EQ(refused(R"({"password":"12345678"})"), "The field \"username\" is missing.");
  EXPECT_EQ(refused(R"({"username":"Ana"})"), "The field \"password\" is missing.");
  EXPECT_EQ(refused(R"({"username":7,"password":"12345678"})"),
            "The field \"username\" must be a string.");
  EXPECT_EQ(refused(R"({"username":"Ana","password":null})"),
            "The field \"password\" must be a string.");
}

template <class Read>
std::string refusal_of(Read read, std::string_view body) {
  const auto fields = read(body);
  EXPECT_FALSE(fields) << body;
  EXPECT_EQ(fields.error().code, errc::bad_request);
  return fields.error().detail;
}

TEST(JsonBody, AnInviteMayBeMissing) {
  EXPECT_EQ(read_invite(R"({"invite":"a code"})").value(), "a code");
  EXPECT_EQ(read_invite("{}").value(), "");
  EXPECT_EQ(refusal_of(read_invite, R"({"invite":1})"), "The field \"invite\" must be a string.");
}

TEST(JsonBody, RemovingAnAccountNeedsAPasswordAndAChoice) {
  EXPECT_FALSE(read_account_removal(R"({"password":"p","drawings":"keep"})")->erase_drawings);
  EXPECT_TRUE(read_account_removal(R"({"password":"p","drawings":"delete"})")->erase_drawings);
  EXPECT_EQ(refusal_of(read_account_removal, R"({"password":"p"})"),
            "The field \"drawings\" is missing.");
  EXPECT_EQ(refusal_of(read_account_removal, R"({"password":"p","drawings":"Keep"})"),
            "The field \"drawings\" must be \"keep\" or \"delete\".");
  EXPECT_EQ(refusal_of(read_account_removal, R"({"drawings":"keep"})"),
            "The field \"password\" is missing.");
}

TEST(JsonBody, ThePasswordsOfAChangeAreTwoStrings) {
  const auto change = read_password_change(R"({"password":"old","new_password":"new"})").value();
  EXPECT_EQ(change.password, "old");
  EXPECT_EQ(change.new_password, "new");
  EXPECT_EQ(refusal_of(read_password_change, R"({"password":"old","new_password":[]})"),
            "The field \"new_password\" must be a string.");
}

TEST(JsonBody, InviteFieldsAreOptional) {
  const auto usual = read_invite_fields("{}").value();
  EXPECT_EQ(usual.note, "");
  EXPECT_EQ(usual.uses_max, 1);
  EXPECT_FALSE(usual.expires_in_seconds);
  const auto wish =
      read_invite_fields(R"({"note":"n","uses_max":20,"expires_in_seconds":3600.0})").value();
  EXPECT_EQ(wish.note, "n");
  EXPECT_EQ(wish.uses_max, 20);
  EXPECT_EQ(wish.expires_in_seconds, 3600);
  for (const auto* number : {"1.5", "\"2\"", "null", "1e30", "true", "18446744073709551615"})
    EXPECT_EQ(refusal_of(read_invite_fields, std::string("{\"uses_max\":") + number + "}"),
              "The field \"uses_max\" must be a whole number.");
}

TEST(JsonBody, DeepNestingIsRefused) {
  refused(std::string(100'000, '['));
}

TEST(JsonBody, AProblemCarriesItsCodeAndStatus) {
  const auto problem = json::parse(problem_body(errc::room_full)).as_object();
  EXPECT_EQ(problem.at("code").as_string(), "room_full");
  EXPECT_EQ(problem.at("status").as_int64(), 400);
  EXPECT_FALSE(problem.at("detail").as_string().empty());
}

}  // namespace
}  // namespace colo
