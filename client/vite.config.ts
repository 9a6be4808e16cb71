import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// The floor of syntax and CSS: what a phone of five years ago understands.
const floor = ["safari15", "chrome90", "firefox90"];

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: floor,
    cssTarget: floor,
    // One script and one style sheet: on a phone, a second round trip costs more than it saves.
    cssCodeSplit: false,
    // The page's policy is `default-src 'none'`; nothing may arrive as a data: URL of ours.
    assetsInlineLimit: 0,
    modulePreload: false,
    reportCompressedSize: false,
  },
  test: {
    include: ["src/**/*.test.ts"],
    environment: "node",
  },
});
