// Turns the built client into source that is linked into the executable:
//   node script/embed-assets.mjs <client/dist> <output folder>
// writes assets.S, which includes each file's bytes in the forms it is sent in,
// and assets.cpp, the table of them (server/net/assets.hpp).
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, posix, relative, resolve, sep } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const types = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

const [dist, out] = process.argv.slice(2).map((path) => resolve(path));
if (!dist || !out) throw new Error("usage: embed-assets.mjs <client/dist> <output folder>");
mkdirSync(out, { recursive: true });

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .sort();
if (files.length === 0) throw new Error(`${dist} is empty: was the client built?`);

const assembly = ['    .section .note.GNU-stack,"",@progbits', "    .section .rodata"];
const declarations = [];
const rows = [];

function include(symbol, path) {
  assembly.push(
    `    .global ${symbol}, ${symbol}_end`,
    `${symbol}:`,
    `    .incbin "${path}"`,
    `${symbol}_end:`,
    "    .byte 0",
  );
  declarations.push(`extern const char ${symbol}[], ${symbol}_end[];`);
  return `between(${symbol}, ${symbol}_end)`;
}

for (const [index, file] of files.entries()) {
  const type = types[extname(file)];
  if (!type) throw new Error(`${file}: its Content-Type is not known to embed-assets.mjs`);
  const bytes = readFileSync(file);
  const name = relative(dist, file).split(sep).join(posix.sep);
  const path = name === "index.html" ? "/" : `/${name}`;
  const hash = createHash("sha256").update(bytes).digest("base64url").slice(0, 16);
  const forms = {
    br: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    gz: gzipSync(bytes, { level: 9 }),
  };
  const cells = [include(`colo_asset_${index}`, file)];
  for (const coding of ["gz", "br"]) {
    if (forms[coding].length >= bytes.length) {
      cells.push("{}");
      continue;
    }
    const packed = join(out, `${index}.${coding}`);
    writeFileSync(packed, forms[coding]);
    cells.push(include(`colo_asset_${index}_${coding}`, packed));
  }
  const hashed = name.startsWith("assets/");
  const etag = `W/\\"${hash}\\"`;
  rows.push(`      {"${path}", "${type}", "${etag}", ${hashed}, ${cells.join(", ")}},`);
}

writeFileSync(join(out, "assets.S"), `${assembly.join("\n")}\n`);
writeFileSync(
  join(out, "assets.cpp"),
  `#include "embedded_client.hpp"

#include <array>

extern "C" {
${declarations.join("\n")}
}

namespace colo {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

Assets embedded_client() {
  static const std::array<Asset, ${rows.length}> assets{{
${rows.join("\n")}
  }};
  return assets;
}

}  // namespace colo
`,
);
