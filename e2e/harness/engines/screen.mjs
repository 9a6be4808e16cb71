/**
 * A screen without glass (Xvfb), and pictures of what is on it. The server keeps
 * its pixels in a file in X's window dump format (XWDFile.h), which is read here.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { firstWord, start } from "./programs.mjs";

/** Room for the largest page there is, at two pixels each way for each of CSS. */
const geometry = "2600x2400x24";

/** Starts a screen that keeps its pixels in `folder`. */
export async function startScreen(folder) {
  const program = start(
    "Xvfb",
    [
      ...["-displayfd", "3", "-screen", "0", geometry, "-fbdir", folder],
      ...["-nolisten", "tcp", "-noreset"],
    ],
    { stdio: ["ignore", "ignore", "ignore", "pipe"] },
  );
  const display = await firstWord(program, program.child.stdio[3], /(\d+)\n/);
  return {
    display: `:${display}`,
    /** The top left of the screen, as a PNG. */
    picture: async (width, height) =>
      png(await readPixels(join(folder, "Xvfb_screen0"), width, height), width, height),
    end: () => program.end(),
  };
}

/** Rows of RGB, each after PNG's filter byte 0. */
async function readPixels(path, width, height) {
  const dump = await readFile(path);
  const field = (number) => dump.readUInt32BE(4 * number);
  const [headerBytes, rowBytes, colours] = [field(0), field(12), field(19)];
  const first = headerBytes + 12 * colours;
  const rows = Buffer.alloc(height * (1 + 3 * width));
  let to = 0;
  for (let y = 0; y < height; ++y) {
    let from = first + y * rowBytes;
    ++to;
    for (let x = 0; x < width; ++x, from += 4) {
      rows[to++] = dump[from + 2];
      rows[to++] = dump[from + 1];
      rows[to++] = dump[from];
    }
  }
  return rows;
}

function png(rows, width, height) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8); // 8 bits each of red, green and blue
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 3 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body) >>> 0, body.length + 4);
  return framed;
}
