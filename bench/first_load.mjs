/** The bytes that are sent when somebody opens the page for the first time. */
import http from "node:http";
import { named, newPhonePage, patience_ms } from "./chromium.mjs";
import { short, table, verdict } from "./figures.mjs";

/** The request headers of a phone's browser. */
const accepted = { "Accept-Encoding": "gzip, deflate, br" };
/** Removes the hash of the content from a file's name, so that tables are comparable. */
const plain = (path) => path.replace(/-[\w-]{8}\./, "-*.");

/** Loads the page and records each reply: {path, status, coding, total}, in bytes as sent. */
async function loaded(browser, url, room) {
  const phone = await newPhonePage(browser, url);
  const replies = new Map();
  phone.cdp.on("Network.responseReceived", ({ requestId, response }) =>
    replies.set(requestId, {
      path: new URL(response.url).pathname,
      status: response.status,
      coding: response.headers["content-encoding"] ?? response.headers["Content-Encoding"] ?? "",
    }),
  );
  phone.cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const reply = replies.get(requestId);
    if (reply !== undefined) reply.total = encodedDataLength;
  });
  await phone.cdp.send("Network.enable");
  await phone.page.goto(url, { waitUntil: "networkidle0" });
  await phone.page.waitForSelector(named("submit"));
  const linked = await phone.page.evaluate(async () => {
    const links = [...document.querySelectorAll("link[rel=icon], link[rel=manifest]")];
    const worker = await navigator.serviceWorker?.getRegistration();
    const script = worker?.active ?? worker?.waiting ?? worker?.installing;
    return [...links.map((link) => link.href), ...(script ? [script.scriptURL] : [])];
  });
  const first = [...replies.values()];
  // In a room, the parts follow that the sign-in page does not need.
  await phone.register("Ana");
  await phone.enter(room);
  await phone.page.waitForNetworkIdle({ idleTime: 5000, timeout: patience_ms });
  await phone.page.browserContext().close();
  const known = new Set([...first.map((reply) => reply.path), "/sw.js"]);
  const later = [...replies.values()].filter(
    ({ path, total }) => path.startsWith("/assets/") && total !== undefined && !known.has(path),
  );
  return { first, later, linked: linked.map((link) => new URL(link).pathname) };
}

/** The bytes of the reply for `path`: body as sent (compressed) and headers. */
function fetched(url, path) {
  return new Promise((resolve, reject) => {
    const asked = http.get(new URL(path, url), { headers: accepted, agent: false }, (reply) => {
      let body = 0;
      reply.on("data", (part) => {
        body += part.length;
      });
      reply.once("error", reject);
      reply.once("end", () => {
        // Each header line has ": " and CRLF; the status line has CRLF.
        const lines = reply.rawHeaders.length / 2;
        const status = `HTTP/1.1 ${reply.statusCode} ${reply.statusMessage}`.length;
        const header = reply.rawHeaders.join("").length + 4 * lines + status + 4;
        const coding = reply.headers["content-encoding"] ?? "";
        resolve({ path, status: reply.statusCode, coding, body, total: body + header });
      });
    });
    asked.once("error", reject);
    asked.setTimeout(patience_ms, () => asked.destroy(new Error(`no reply for ${path}`)));
  });
}

/** `room`: an existing room, entered after sign-in. */
export async function measureFirstLoad(browser, url, room) {
  const { first, later, linked } = await loaded(browser, url, room);
  const rows = [];
  const seen = new Set();
  for (const reply of first) {
    seen.add(reply.path);
    // A file can be requested again; its bytes are the same.
    const isFile = !reply.path.startsWith("/api/") && reply.status === 200;
    const { body } = isFile ? await fetched(url, reply.path) : { body: 0 };
    rows.push({ ...reply, body });
  }
  for (const path of linked) {
    if (!seen.has(path)) rows.push({ ...(await fetched(url, path)), besides: true });
    seen.add(path);
  }
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  const cells = rows.map((row) => [
    `\`${plain(row.path)}\`${row.besides ? " (linked)" : ""}`,
    row.coding || "–",
    String(row.body),
    String(row.total),
  ]);
  cells.push(["**sum**", "", `**${sum("body")}**`, `**${sum("total")}**`]);
  const kilobytes = sum("total") / 1000;
  const parts = [];
  for (const path of new Set(later.map((reply) => reply.path)))
    parts.push(await fetched(url, path));
  const bytes = (key) => parts.reduce((total, part) => total + part[key], 0);
  return {
    budgets: [
      {
        what: "first load, everything, compressed",
        found: `${short(kilobytes)} kB`,
        bound: "≤ 60 kB, aim 40",
        verdict: verdict(kilobytes, { must: 60, aim: 40, unit: "kB" }),
      },
    ],
    text: `${table(["file", "coding", "body, bytes", "with header, bytes"], cells)}

Once somebody is in a room, ${parts.length} further files have followed, the parts that open inside it among them:
${bytes("body")} bytes, ${bytes("total")} with headers. First load and all of these: ${short((sum("total") + bytes("total")) / 1000)} kB.`,
  };
}
