/**
 * Guesses passwords, many a second from many addresses, for as long as it is let.
 * A process of its own, so that nobody who measures is held up by it:
 *   node guessers.mjs URL VICTIM       guesses that person's password, and others'
 *   node guessers.mjs URL              makes accounts instead
 * On its standard input's end it stops and says how the guesses were answered.
 */
import http from "node:http";

const [url, victim] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const perSecond = 500;
const addresses = Array.from({ length: 200 }, (_, i) => ({
  localAddress: `127.0.${2 + Math.floor(i / 50)}.${1 + (i % 50)}`,
  agent: new http.Agent({ keepAlive: true, maxSockets: 16 }),
}));

const said = { asked: 0, failed: 0 };
function guess(number) {
  const { localAddress, agent } = addresses[number % addresses.length];
  const username = victim && number % 2 ? victim : `guess-${victim ? number % 1000 : number}`;
  const body = JSON.stringify({ username, password: `guess number ${number}` });
  const headers = {
    Origin: url,
    "Content-Type": "application/json",
    "Content-Length": body.length,
  };
  const path = victim ? "/api/login" : "/api/register";
  const how = { hostname, port, method: "POST", path, headers, localAddress, agent };
  said.asked += 1;
  http
    .request(how, (response) => {
      said[response.statusCode] = (said[response.statusCode] ?? 0) + 1;
      response.resume();
    })
    .on("error", () => {
      said.failed += 1;
    })
    .end(body);
}

const began = performance.now();
const guessing = setInterval(() => {
  // As many as are due by now, but no burst after a standstill.
  const due = Math.min(((performance.now() - began) / 1000) * perSecond, said.asked + 50);
  while (said.asked < due) guess(said.asked);
}, 10);

process.stdin.resume().on("end", () => {
  clearInterval(guessing);
  said.seconds = (performance.now() - began) / 1000;
  console.log(JSON.stringify(said));
  process.exit(0);
});
