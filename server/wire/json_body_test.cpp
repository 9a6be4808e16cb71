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

TEST(JsonBody, WhatIsWrongIsSaid) {
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
