/** Of what is measured beside Colo. */
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const npm = (name) => `${name} ${require(`${name}/package.json`).version}`;

function debian(name) {
  const told = execFileSync("dpkg-query", ["--status", name], { encoding: "utf8" });
  return `${name} ${/^Version: (?:\d+:)?(\S+)/m.exec(told)[1]}`;
}

export const versions = () =>
  [
    npm("ws"),
    npm("socket.io"),
    debian("nginx"),
    debian("libnginx-mod-nchan"),
    debian("liburing2"),
  ].join(", ");
