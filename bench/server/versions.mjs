/** The versions of the software that Colo is compared with. */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const npm = (name) => `${name} ${require(`${name}/package.json`).version}`;

function debian(name) {
  const status = execFileSync("dpkg-query", ["--status", name], { encoding: "utf8" });
  return `${name} ${/^Version: (?:\d+:)?(\S+)/m.exec(status)[1]}`;
}

export const versions = () =>
  [
    npm("ws"),
    npm("socket.io"),
    debian("nginx"),
    debian("libnginx-mod-nchan"),
    debian("liburing2"),
  ].join(", ");
