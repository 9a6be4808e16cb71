// Where a request begins and ends (RFC 9112): what is read, what is refused, and how much
// of what is neither header nor body a stranger may send.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import net from "node:net";
import { after, test } from "node:test";
import { startColo, within } from "../harness/colo.mjs";
import { cookieName, newPhone, rawExchange } from "../harness/phone.mjs";

const colo = await startColo({ after });
const host = `127.0.0.1:${colo.port}`;
const body = JSON.stringify({ invite: "none of this server, and long enough to be cut" });
const post = (...fields) =>
  [
    "POST /api/registration HTTP/1.1",
    `Host: ${host}`,
    `Origin: ${colo.url}`,
    "Content-Type: application/json",
    ...fields,
    "\r\n",
  ].join("\r\n");
const get = (target, ...fields) =>
  [`GET ${target} HTTP/1.1`, `Host: ${host}`, ...fields, "\r\n"].join("\r\n");
const last = (target, ...fields) => get(target, "Connection: close", ...fields);
const statuses = (came) => [...came.matchAll(/HTTP\/1\.[01] (\d+) /g)].map(([, code]) => +code);
const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;
const chunked = (...pieces) => post("Transfer-Encoding: chunked") + pieces.join("");

async function memoryOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) / 1024;
}

test("whatever could hide a request in another is refused, and nothing after it is answered", async () => {
  const hidden = get("/healthz");
  const length = `Content-Length: ${hidden.length}`;
  const asChunk = `${chunk(hidden)}0\r\n\r\n`;
  const chunks = "Transfer-Encoding: chunked";
  const variants = {
    "an unknown coding": post("Transfer-Encoding: xchunked"),
    "an empty coding": post("Transfer-Encoding:"),
    "an empty coding of spaces": post("Transfer-Encoding:  \t "),
    "a quoted coding": post('Transfer-Encoding: "chunked"'),
    identity: post("Transfer-Encoding: identity"),
    "identity and a length": post("Transfer-Encoding: identity", length),
    "an unknown coding and a length": post("Transfer-Encoding: xchunked", length),
    "a length and an unknown coding": post(length, "Transfer-Encoding: xchunked"),
    "chunked twice": post("Transfer-Encoding: chunked, chunked") + asChunk,
    "chunked twice, in two lines": post(chunks, chunks) + asChunk,
    "gzip, then chunked": post("Transfer-Encoding: gzip, chunked") + asChunk,
    "gzip and chunked in two lines": post("Transfer-Encoding: gzip", chunks) + asChunk,
    "chunked, then gzip": post("Transfer-Encoding: chunked, gzip") + asChunk,
    "chunked with a comma": post("Transfer-Encoding: chunked,") + asChunk,
    "chunked after a comma": post("Transfer-Encoding: ,chunked") + asChunk,
    "chunked with a parameter": post("Transfer-Encoding: chunked;q=1") + asChunk,
    "chunked after a vertical tab": post("Transfer-Encoding: \x0bchunked") + asChunk,
    "chunked with a NUL": post("Transfer-Encoding: chunked\0") + asChunk,
    "chunked, then a length": post(chunks, length) + asChunk,
    "a length, then chunked": post(length, chunks) + asChunk,
    "chunked in HTTP/1.0": post(chunks).replace("HTTP/1.1", "HTTP/1.0") + asChunk,
    "chunked in a folded line": post("Transfer-Encoding:\r\n chunked") + asChunk,
    "any folded line": post("X-Folded: one\r\n two", "Content-Length: 0"),
    "a first line that is folded": `GET /healthz HTTP/1.1\r\n Host: ${host}\r\n\r\n`,
    "a space before the colon": post("Transfer-Encoding : chunked") + asChunk,
    "a space before the length's colon": post(`Content-Length : ${hidden.length}`),
    "a space before the name": post(` ${chunks}`) + asChunk,
    "two lengths": post("Content-Length: 0", length),
    "the same length twice": post(length, length),
    "two lengths in a list": post(`Content-Length: 0, ${hidden.length}`),
    "the same length in a list": post(`Content-Length: ${hidden.length}, ${hidden.length}`),
    "a length with a sign": post(`Content-Length: +${hidden.length}`),
    "a negative length": post("Content-Length: -1"),
    "a length in hexadecimal": post("Content-Length: 0x10"),
    "a length with a space inside": post("Content-Length: 1 0"),
    "an empty length": post("Content-Length:"),
    "a length that overflows": post("Content-Length: 18446744073709551617"),
    "a quoted length": post('Content-Length: "0"'),
    "a line that ends with LF": post(`X-Bare: 1\n${chunks}`) + asChunk,
    "a request line that ends with LF": `GET /nowhere HTTP/1.1\nHost: ${host}\n\n`,
    "a CR within a line": post(`X-Bare: 1\r${chunks}`) + asChunk,
    "two CRs at a line's end": post("Content-Length: 0\r"),
    "a NUL in a line": post("X-Zero: a\0b", "Content-Length: 0"),
    "two Hosts": post(`Host: ${host}`, "Content-Length: 0"),
    "two different Hosts": post("Host: evil.example", "Content-Length: 0"),
    "no Host": "GET /healthz HTTP/1.1\r\n\r\n",
    "a Host that is none": "GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n",
    "a space in the target": "GET /health z HTTP/1.1\r\n\r\n",
    "two spaces before the target": `GET  /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    "no version": "GET /healthz\r\n\r\n",
    "a line without a name": post(": value", "Content-Length: 0"),
    "a chunk of no size": `${chunked()}\r\n${hidden}\r\n`,
    "a chunk of a negative size": chunked("-1\r\n"),
    "a chunk with a sign": chunked("+1\r\nx\r\n0\r\n\r\n"),
    "a chunk in 0x": chunked("0x1\r\nx\r\n0\r\n\r\n"),
    "a chunk size that overflows": chunked("10000000000000001\r\nx\r\n0\r\n\r\n"),
    "a chunk that is longer than it says": chunked("1\r\nxy\r\n0\r\n\r\n"),
    "a chunk line that ends with LF": chunked("1\nx\r\n0\r\n\r\n"),
    "a chunk that ends with LF": chunked("1\r\nx\n0\r\n\r\n"),
    "a last chunk line that ends with LF": chunked("0\n\n"),
    "a chunk's extension that is none": chunked("1;=\r\nx\r\n0\r\n\r\n"),
    "a coding among the trailers": chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    "a length among the trailers": chunked(`0\r\n${length}\r\n\r\n`),
  };
  for (const [what, bytes] of Object.entries(variants)) {
    const came = await rawExchange(colo, Buffer.from(bytes + hidden, "latin1"));
    const answered = statuses(came);
    assert.equal(answered.length, 1, `${what}: ${came}`);
    assert.ok([400, 413, 501].includes(answered[0]), `${what}: ${came}`);
    assert.match(came, /^connection: close/im, what);
  }
});

test("an unknown transfer coding is told from a malformed one", async () => {
  const unknown = await rawExchange(colo, post("Transfer-Encoding: gzip, chunked"));
  assert.match(unknown, /^HTTP\/1\.1 501 .*"code":"not_implemented"/s);
  const twice = await rawExchange(colo, post("Transfer-Encoding:"));
  assert.match(twice, /^HTTP\/1\.1 400 .*"code":"bad_request"/s);
});

test("a chunked body is read, and what follows it is the next request", async () => {
  const pieces = [...body].map(chunk);
  const first = chunked('5;a=b;c="d;e"\r\n', `${body.slice(0, 5)}\r\n`, ...pieces.slice(5));
  const end = "00;x\r\nX-Trailer: 1\r\n\r\n";
  const came = await rawExchange(colo, first + end + last("/healthz"));
  assert.deepEqual(statuses(came), [200, 200], came);
});

test("a trailer does not become a header", async () => {
  const without = post("Transfer-Encoding: chunked").replace(/Origin: .*\r\n/, "");
  const came = await rawExchange(
    colo,
    `${without}${chunk(body)}0\r\nOrigin: ${colo.url}\r\n\r\n${last("/healthz")}`,
  );
  assert.deepEqual(statuses(came), [403, 200], came);
});

// The bytes of a chunked message that are not data, limits::chunk_overhead_max.
const overhead_max = 16 * 1024;
const filled = (before, behind, total) => {
  const fill = "x".repeat(total - before.length - behind.length);
  return before + fill + behind;
};
const overheads = {
  "a chunk's extension": (total) => {
    const data = `${body}\r\n0\r\n\r\n`;
    const size = body.length.toString(16);
    return filled(`${size};`, `\r\n${data}`, total + body.length);
  },
  "the last chunk's extension": (total) => {
    const begun = chunk(body);
    return filled(`${begun}0;`, "\r\n\r\n", total + body.length);
  },
  "digits of a size": (total) => {
    const data = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    return "0".repeat(total + body.length - data.length) + data;
  },
  "a trailer": (total) => filled(`${chunk(body)}0\r\nX: `, "\r\n\r\n", total + body.length),
  "many chunks": (total) => {
    const pieces = [...body].map((letter) => `1;${"e".repeat(100)}\r\n${letter}\r\n`).join("");
    return filled(`${pieces}0;`, "\r\n\r\n", total + body.length);
  },
};

for (const [what, sent] of Object.entries(overheads))
  test(`${what} may fill what a chunked body has for it, and not one byte more`, async () => {
    const fits = chunked(sent(overhead_max)) + last("/healthz");
    assert.deepEqual(statuses(await rawExchange(colo, fits)), [200, 200]);
    const tooMuch = chunked(sent(overhead_max + 1)) + last("/healthz");
    const came = await rawExchange(colo, tooMuch);
    assert.match(came, /^HTTP\/1\.1 413 /);
    assert.deepEqual(statuses(came), [413]);
  });

/** Sends `begun` and then more of `more`, as fast as it is taken, until the server closes. */
async function floodUntilClosed(begun, more) {
  const socket = net.connect(colo.port, "127.0.0.1");
  let came = "";
  const closed = new Promise((tell) => {
    socket.on("data", (part) => {
      came += part.toString("latin1");
    });
    socket.on("error", () => {});
    socket.once("close", () => tell());
  });
  socket.write(begun);
  const push = () => {
    while (!socket.destroyed && socket.writable && socket.write(more));
  };
  socket.on("drain", push);
  push();
  await within(closed, () => `it was closed; it said: ${came}`).finally(() => socket.destroy());
  return came;
}

test("what never ends is refused at its bound, and takes no memory", async () => {
  const endless = {
    "a chunk's extension": [chunked("1;"), "x", 413],
    "digits of a size": [chunked("0"), "0", 413],
    "a trailer": [chunked("0\r\nX: "), "x", 413],
    trailers: [chunked("0\r\n"), "X: x\r\n", 413],
    "tiny chunks": [chunked(), "1;aaaaaaaaaaaaaaa\r\nx\r\n", 413],
    "empty lines": ["", "\r\n", 400],
    "a target": ["GET /", "x", 414],
    "a header": [`${get("/healthz").slice(0, -2)}X: `, "x", 431],
    headers: [get("/healthz").slice(0, -2), "X: x\r\n", 431],
    "a cookie": [`${get("/healthz").slice(0, -2)}Cookie: `, "x", 431],
    cookies: [get("/healthz").slice(0, -2), `Cookie: ${"x".repeat(100)}\r\n`, 431],
  };
  const before = await memoryOf(colo.pid);
  for (const [what, [begun, piece, status]] of Object.entries(endless)) {
    const more = piece.repeat(Math.ceil(65_536 / piece.length));
    const floods = Array.from({ length: 4 }, () => floodUntilClosed(begun, more));
    for (const came of await Promise.all(floods))
      if (came !== "") assert.match(came, new RegExp(`^HTTP/1\\.1 ${status} `), what);
  }
  const grown = (await memoryOf(colo.pid)) - before;
  assert.ok(grown < 32, `${grown} MB more`);
});

test("200 headers of 12 kB in all are refused, however they arrive", async () => {
  const lines = Array.from({ length: 200 }, (_, i) => `X-${i}: ${"x".repeat(52)}\r\n`);
  const socket = net.connect(colo.port, "127.0.0.1");
  let came = "";
  const closed = new Promise((tell) => {
    socket.on("data", (part) => {
      came += part.toString("latin1");
    });
    socket.on("error", tell);
    socket.once("close", tell);
  });
  socket.setNoDelay();
  for (const part of [get("/healthz").slice(0, -2), ...lines, "\r\n"])
    await new Promise((written) => socket.write(part, () => written()));
  await within(closed, "it was closed").finally(() => socket.destroy());
  assert.match(came, /^HTTP\/1\.1 431 /);
});

test("headers may fill their room, and not one byte or line more", async () => {
  const filledTo = (total) => {
    const [begun, end] = [last("/healthz").slice(0, -2), "\r\n\r\n"];
    return filled(`${begun}X: `, end, total);
  };
  assert.deepEqual(statuses(await rawExchange(colo, filledTo(8 * 1024))), [200]);
  assert.deepEqual(statuses(await rawExchange(colo, filledTo(8 * 1024 + 1))), [431]);
  const lines = (count) => Array.from({ length: count }, (_, i) => `X-${i}: 1`);
  // Host and Connection are there already.
  assert.deepEqual(statuses(await rawExchange(colo, last("/healthz", ...lines(98)))), [200]);
  assert.deepEqual(statuses(await rawExchange(colo, last("/healthz", ...lines(99)))), [431]);
});

test("cookies have room of their own, in one line or many, and not one byte more", async () => {
  const room = 56 * 1024;
  const cookie = (bytes) => `Cookie: ${"x".repeat(bytes - "Cookie: \r\n".length)}`;
  const padding = `X: ${"x".repeat(7 * 1024)}`;
  const answer = async (...fields) =>
    statuses(await rawExchange(colo, last("/healthz", padding, ...fields)));
  assert.deepEqual(await answer(cookie(room)), [200]);
  assert.deepEqual(await answer(cookie(room + 1)), [431]);
  assert.deepEqual(await answer(cookie(room / 2), cookie(room / 2)), [200]);
  assert.deepEqual(await answer(cookie(room / 2), cookie(room / 2 + 1)), [431]);
});

test("somebody whose browser sends 9 KiB of foreign cookies is signed in", async (t) => {
  const phone = await newPhone(t, colo);
  const foreign = Array.from({ length: 9 }, (_, i) => `other${i}=${"x".repeat(1000)}`).join("; ");
  const Cookie = `${foreign}; ${cookieName(colo.url)}=${phone.token}`;
  const reply = await phone.call("POST", "/api/ticket", {
    key: "0123456789abcdef",
    headers: { Cookie },
  });
  assert.equal(reply.status, 200, reply.text);
});

test("a few empty lines before a request are as if they were not there", async () => {
  for (const lines of [1, 4]) {
    const begun = "\r\n".repeat(lines);
    const came = await rawExchange(colo, begun + get("/healthz") + begun + last("/nowhere"));
    assert.deepEqual(statuses(came), [200, 404], `${lines}: ${came}`);
  }
  const came = await rawExchange(colo, "\r\n".repeat(5) + last("/healthz"));
  assert.deepEqual(statuses(came), [400]);
});

test("a target that is a whole address is read, and its host counts", async () => {
  const ok = [
    `http://${host}/healthz`,
    `HTTP://${host}/healthz?now`,
    `http://localhost:${colo.port}/healthz`,
  ];
  for (const target of ok)
    assert.deepEqual(statuses(await rawExchange(colo, last(target))), [200], target);
  const rooms = (target, Host) =>
    rawExchange(colo, `GET ${target} HTTP/1.1\r\nHost: ${Host}\r\nConnection: close\r\n\r\n`);
  assert.deepEqual(statuses(await rooms(`http://${host}/api/rooms`, "evil.example")), [200]);
  assert.deepEqual(statuses(await rooms("http://evil.example/api/rooms", host)), [403]);
  for (const target of [
    "http:///healthz",
    "http://",
    `ftp://${host}/healthz`,
    `http://user@${host}/healthz`,
    host,
    "healthz",
    "*",
    "/healthz#here",
    `http://${host}/healthz#here`,
  ])
    assert.deepEqual(statuses(await rooms(target, host)), [400], target);
});

test("methods: * is asked by OPTIONS, CONNECT and unknown ones are 501", async () => {
  const ask = (line) =>
    rawExchange(colo, `${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  assert.match(await ask("OPTIONS *"), /^HTTP\/1\.1 405 .*\r\nAllow: GET, HEAD, POST, DELETE\r\n/s);
  assert.match(await ask("CONNECT example.org:443"), /^HTTP\/1\.1 501 /);
  assert.match(await ask("FETCH /healthz"), /^HTTP\/1\.1 501 /);
  assert.match(await ask("get /healthz"), /^HTTP\/1\.1 501 /);
  assert.match(await ask("TRACE /healthz"), /^HTTP\/1\.1 405 /);
});

test("Connection is one list, in one line or many", async () => {
  const two = get("/healthz", "Connection: x-hop", "Connection: close");
  assert.deepEqual(statuses(await rawExchange(colo, two + get("/nowhere"))), [200]);
  const older = (...fields) => get("/healthz", ...fields).replace("HTTP/1.1", "HTTP/1.0");
  assert.deepEqual(statuses(await rawExchange(colo, older() + get("/nowhere"))), [200]);
  const kept = older("Connection: x-hop", "Connection: keep-alive");
  assert.deepEqual(statuses(await rawExchange(colo, kept + last("/nowhere"))), [200, 404]);
  const upgrade = get(
    "/ws",
    `Origin: ${colo.url}`,
    "Connection: keep-alive",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
  );
  assert.match(await rawExchange(colo, upgrade, { until: /\r\n\r\n/ }), /^HTTP\/1\.1 101 /);
});

test("a body where none is wanted is read and thrown away", async () => {
  const withBody = get("/healthz", `Content-Length: ${body.length}`) + body;
  assert.deepEqual(statuses(await rawExchange(colo, withBody + last("/nowhere"))), [200, 404]);
});

/** A conversation in steps: `says` sends, `hears` waits for what matches. */
function converse(t) {
  const socket = net.connect(colo.port, "127.0.0.1");
  t.after(() => socket.destroy());
  let came = "";
  let ended = false;
  let look = () => {};
  socket.on("data", (part) => {
    came += part.toString("latin1");
    look();
  });
  socket.on("error", () => {});
  socket.once("close", () => {
    ended = true;
    look();
  });
  const until = (done, what) =>
    within(
      new Promise((tell) => {
        look = () => done() && tell(came);
        look();
      }),
      () => `${what}; it said: ${came}`,
    );
  return {
    says: (bytes) => socket.write(bytes),
    hears: (pattern) => until(() => pattern.test(came), `${pattern}`),
    closes: () => until(() => ended, "it closed"),
  };
}

test("whoever expects 100 Continue is told to go on", async (t) => {
  for (const expect of ["Expect: 100-continue", "expect: 100-Continue"])
    for (const [framing, sent] of [
      [`Content-Length: ${body.length}`, body],
      ["Transfer-Encoding: chunked", `${chunk(body)}0\r\n\r\n`],
    ]) {
      const line = converse(t);
      line.says(post(expect, framing));
      await line.hears(/^HTTP\/1\.1 100 Continue\r\n\r\n$/);
      line.says(sent);
      await line.hears(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
      line.says(last("/healthz"));
      assert.deepEqual(statuses(await line.closes()), [100, 200, 200]);
    }
});

test("whoever expects 100 Continue is refused at once where the header is enough", async (t) => {
  const expect = "Expect: 100-continue";
  const length = `Content-Length: ${body.length}`;
  const refused = [
    [post(expect, length).replace(colo.url, "http://evil.example"), 403],
    [post(expect, length).replace(`Host: ${host}`, "Host: evil.example"), 403],
    [post(expect, length).replace("/api/registration", "/nowhere"), 404],
    [post(expect, length).replace("POST", "PUT"), 405],
    [post(expect, length).replace("POST", "FETCH"), 501],
    [post(expect, "Content-Length: 16385"), 413],
    [post("Expect: 200-ok", length), 417],
    [post("Expect: 100-continue, 200-ok", length), 417],
  ];
  for (const [asked, status] of refused) {
    const line = converse(t);
    line.says(asked);
    const came = await line.closes();
    assert.deepEqual(statuses(came), [status], asked);
    assert.match(came, /^connection: close/im);
  }
});

test("an expectation is not answered where nobody waits: HTTP/1.0, no body, a body that is here", async () => {
  const expect = "Expect: 100-continue";
  const older = post(expect, `Content-Length: ${body.length}`).replace("HTTP/1.1", "HTTP/1.0");
  assert.deepEqual(statuses(await rawExchange(colo, older + body)), [200]);
  assert.deepEqual(statuses(await rawExchange(colo, last("/healthz", expect))), [200]);
  assert.deepEqual(
    statuses(await rawExchange(colo, last("/healthz", expect, "Content-Length: 0"))),
    [200],
  );
  const here = post(expect, "Connection: close", `Content-Length: ${body.length}`) + body;
  assert.deepEqual(statuses(await rawExchange(colo, here)), [200]);
});

test("requests that wait behind one that is answered are read only then", async () => {
  const many = get("/healthz").repeat(2000) + last("/nowhere");
  const answered = statuses(await rawExchange(colo, many));
  assert.equal(answered.length, 2001);
  assert.equal(answered.at(-1), 404);
});

test("health checks are answered without a Host in HTTP/1.0, and under any Host", async () => {
  for (const path of ["/healthz", "/readyz"])
    assert.deepEqual(statuses(await rawExchange(colo, `GET ${path} HTTP/1.0\r\n\r\n`)), [200]);
  for (const Host of ["10.9.8.7:8080", "balancer.example", ""]) {
    const ask = (path, ...fields) =>
      rawExchange(
        colo,
        [`GET ${path} HTTP/1.1`, `Host: ${Host}`, "Connection: close", ...fields, "\r\n"].join(
          "\r\n",
        ),
      );
    for (const path of ["/healthz", "/readyz"])
      assert.deepEqual(statuses(await ask(path)), [200], Host);
    assert.deepEqual(statuses(await ask("/api/rooms")), [403], Host);
    assert.deepEqual(statuses(await ask("/healthz", "Origin: http://evil.example")), [403], Host);
  }
});
