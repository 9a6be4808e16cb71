// The last step of the client's build: icons for home screens, and the names of
// all files put into the service worker, which is to keep them.
import { createHash } from "node:crypto";
import type { Plugin } from "vite";
import { type IconForm, iconPng } from "./icon.ts";

const icons: Readonly<Record<string, IconForm>> = {
  "icon-192.png": { size: 192, fill: 1, rounded: true },
  "icon-512.png": { size: 512, fill: 1, rounded: true },
  // A mask may cut away all but the middle four fifths.
  "icon-maskable-512.png": { size: 512, fill: 0.82, rounded: false },
  "apple-touch-icon.png": { size: 180, fill: 0.94, rounded: false },
};

export function shell(): Plugin {
  return {
    name: "colo-shell",
    apply: "build",
    enforce: "post",
    generateBundle(_, bundle) {
      for (const [fileName, form] of Object.entries(icons)) {
        this.emitFile({ type: "asset", fileName, source: iconPng(form) });
      }
      const page = bundle["index.html"];
      const worker = bundle["sw.js"];
      if (page?.type !== "asset" || worker?.type !== "chunk") {
        throw new Error("the build made no index.html or no sw.js");
      }
      const assets = Object.keys(bundle).filter((name) => name.startsWith("assets/"));
      const paths = ["/", "/favicon.svg", ...assets.sort().map((name) => `/${name}`)];
      const build = createHash("sha256")
        .update(paths.join("\n"))
        .update(page.source)
        .update(worker.code)
        .digest("base64url")
        .slice(0, 12);
      const code = worker.code.replace(/\bCOLO_SHELL\b/, JSON.stringify({ build, paths }));
      if (code === worker.code) throw new Error("sw.js asks for no list of files");
      worker.code = code;
    },
  };
}
