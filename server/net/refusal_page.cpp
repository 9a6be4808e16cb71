#include "net/refusal_page.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace colo {
namespace {

// The colours of client/src/ui/app.css.
constexpr std::string_view style =
    "html{height:100%;background:linear-gradient(180deg,#095c79,#2aff99) fixed}"
    "body{box-sizing:border-box;display:flex;align-items:center;min-height:100%;margin:0;"
    "padding:24px;font:16px/1.5 ui-monospace,Menlo,Consolas,monospace}"
    "main{box-sizing:border-box;width:100%;max-width:460px;margin:auto;padding:28px 24px;"
    "border-radius:28px;background:#fff;color:#10181c;overflow-wrap:anywhere}"
    "h1{margin:0 0 12px;font-size:22px;line-height:1.3}"
    "p{margin:0 0 20px}"
    "a{display:block;padding:14px 18px;border-radius:27px;background:#000;color:#fff;"
    "font-weight:bold;text-align:center;text-decoration:none}"
    "a:focus-visible{outline:3px solid #095c79;outline-offset:3px}"
    "@media (prefers-color-scheme:dark){"
    "html{background:linear-gradient(180deg,#04222d,#0d6b49) fixed}"
    "main{background:#161c1f;color:#eef4f5}"
    "a{background:#eef4f5;color:#10181c}"
    "a:focus-visible{outline-color:#2aff99}}";

std::string escaped(std::string_view text) {
  std::string html;
  for (const char c : text) {
    if (c == '&')
      html += "&amp;";
    else if (c == '<')
      html += "&lt;";
    else
      html += c;
  }
  return html;
}

std::string_view title_of(unsigned status) {
  switch (status) {
    case 403:
      return "This address does not work";
    case 404:
      return "There is nothing here";
    case 431:
      return "Your browser sent too much";
    default:
      return "This cannot be shown";
  }
}

}  // namespace

std::string refusal_page(unsigned status, std::string_view sentence) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n"
      "<main>\n<h1>{0}</h1>\n<p>{2}</p>\n<a href=\"/\">Open Colo</a>\n</main>\n",
      title_of(status), style, escaped(sentence));
}

std::string refusal_page_policy() {
  std::array<unsigned char, 32> hash{};
  if (EVP_Digest(style.data(), style.size(), hash.data(), nullptr, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("OpenSSL has no SHA-256.");
  std::array<unsigned char, 45> encoded{};  // 44 and a zero
  EVP_EncodeBlock(encoded.data(), hash.data(), hash.size());
  return fmt::format(
      "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; "
      "frame-ancestors 'none'",
      reinterpret_cast<const char*>(encoded.data()));
}

}  // namespace colo
