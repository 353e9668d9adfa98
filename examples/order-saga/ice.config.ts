import { defineConfig } from "@ice/cli";
import { shopTools } from "./src/shop-tools.ts";

/** The shop is a file in the working directory. */
export default defineConfig({ tools: shopTools("shop.json") });
