import { defineConfig } from "@ice/cli";
import { buyer, double, halver, shortener } from "./src/registered.ts";

export default defineConfig({ agents: [buyer, halver, shortener], workflows: [double], store: "memory:" });
