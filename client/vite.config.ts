import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { shell } from "./build/shell.ts";

// The floor of syntax and CSS: what a phone of five years ago understands.
// Of the three that design.md names (Safari 15, Chrome 90, Firefox 90) the narrowest in
// syntax: for the others, private fields are made WeakMaps by mistake. A black-box test
// sees to it that the few things only Firefox 90 knew are not there.
const floor = ["firefox90"];
const cssFloor = ["safari15", "chrome90", "firefox90"];

export default defineConfig({
  plugins: [svelte(), shell()],
  build: {
    target: floor,
    cssTarget: cssFloor,
    // The page's policy is `default-src 'none'`; nothing may arrive as a data: URL of ours.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
    rollupOptions: {
      input: {
        index: `${import.meta.dirname}/index.html`,
        sw: `${import.meta.dirname}/src/worker/sw.ts`,
      },
      output: {
        // A service worker is known by its address, which must stay.
        entryFileNames: ({ name }) => (name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  test: {
    include: ["src/**/*.test.ts", "build/**/*.test.ts"],
    environment: "node",
  },
});
