/** Certificates that nobody has signed, for the servers and proxies of tests. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder, usualConfig } from "./colo.mjs";

const run = promisify(execFile);

/** A name that resolves to nothing: tests ask for it at 127.0.0.1. */
export const publicName = "draw.colo.test";

/**
 * A new key and a certificate for `publicName`, localhost and 127.0.0.1, as PEM files.
 * @param {{cert: string, key: string}} files where to put them
 * @param {string[]} kind of key, as openssl has it
 */
export async function makeCertificate(
  { cert, key },
  kind = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
) {
  const names = `subjectAltName=DNS:${publicName},DNS:localhost,IP:127.0.0.1`;
  await run("openssl", [
    ...["req", "-x509", "-newkey", ...kind, "-nodes"],
    ...["-days", "90", "-subj", `/CN=${publicName}`, "-addext", names],
    ...["-keyout", key, "-out", cert],
  ]);
}

/** The same in a folder that is removed when the test is over. */
export async function certificateFiles(context) {
  const folder = await temporaryFolder(context);
  const files = { cert: join(folder, "fullchain.pem"), key: join(folder, "privkey.pem") };
  await makeCertificate(files);
  return files;
}

/** colo.toml of a server that speaks TLS itself; `more` goes into its [server]. */
export function tlsConfig({ cert, key }, more = `hosts = ["${publicName}"]`) {
  const server = `[server]\ntls_cert = "${cert}"\ntls_key = "${key}"\n${more}\n`;
  return server + usualConfig;
}
