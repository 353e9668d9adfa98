import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** The policy of the page allows no inline code and no data addresses of fonts, so nothing is inlined and no polyfill is added. */
export default defineConfig({
  root: fileURLToPath(new URL("page", import.meta.url)),
  publicDir: false,
  oxc: { jsx: { runtime: "automatic" } },
  build: {
    outDir: "../dist/page",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: false,
    target: "es2023",
  },
});
