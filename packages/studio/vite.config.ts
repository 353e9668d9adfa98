import { fileURLToPath } from "node:url";
import { defaultClientConditions, defineConfig } from "vite";

/** The policy of the page allows no inline code and no data addresses of fonts, so nothing is inlined and no polyfill is added. */
export default defineConfig({
  root: fileURLToPath(new URL("page", import.meta.url)),
  publicDir: false,
  // The client is bundled from its source, so that the page needs no other package to be built first.
  resolve: { conditions: ["@ice/source", ...defaultClientConditions] },
  oxc: { jsx: { runtime: "automatic" } },
  build: {
    outDir: "../dist/page",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    target: "es2023",
  },
});
