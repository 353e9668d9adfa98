import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startProvider } from "./provider-server.ts";

const run = promisify(execFile);
const source = join(import.meta.dirname, "../src/index.ts");

/** Files of packages that a program loads, by package. */
async function packagesLoadedBy(program: string): Promise<readonly string[]> {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = new Set();
    registerHooks({ load(url, context, next) { loaded.add(url); return next(url, context); } });
    const { createLanguageModels } = await import(${JSON.stringify(source)});
    const signal = new AbortController().signal;
    ${program}
    console.log(JSON.stringify([...loaded]));
    process.exit();`;
  const flags = ["--conditions=@ice/source", "--disallow-code-generation-from-strings", "--disable-proto=throw"];
  const { stdout } = await run(process.execPath, [...flags, "--input-type=module", "--eval", script], {
    cwd: import.meta.dirname,
  });
  const files = JSON.parse(stdout.trim().split("\n").at(-1)!) as string[];
  return [
    ...new Set(
      files.flatMap((file) => /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*\/node_modules\/)/.exec(file)?.[1] ?? []),
    ),
  ];
}

test("with mocks alone, neither providers nor undici are loaded", async () => {
  const packages = await packagesLoadedBy(`
    const models = createLanguageModels({ env: {}, providers: { near: { type: "openai-compatible", baseUrl: "http://127.0.0.1:1/v1" } } });
    models.list();
    models.describe("openai/gpt-5-mini");
    await models.generate({ model: models.describe("default")[0].model, messages: [{ role: "user", text: "x" }] }, { signal });
    await models.close();`);
  expect(packages.filter((name) => /ai-sdk|undici|eventsource/.test(name))).toEqual([]);
});

test.each([
  ["chat", "openai-compatible", "@ai-sdk/openai-compatible"],
  ["responses", "openai", "@ai-sdk/openai"],
  ["messages", "anthropic", "@ai-sdk/anthropic"],
  ["google", "google", "@ai-sdk/google"],
] as const)(
  "in a process that forbids evaluating strings, a request in the format %s loads one provider",
  async (format, type, name) => {
    const server = await startProvider(format);
    server.script({ chunks: ["hardened"] });
    try {
      const packages = await packagesLoadedBy(`
      const near = { type: "${type}", baseUrl: "http://${server.host}/v1", apiKey: "k" };
      const models = createLanguageModels({ env: {}, providers: { near } });
      const { text } = await models.generate({ model: "near/m", messages: [{ role: "user", text: "x" }] }, { signal });
      if (text !== "hardened") throw new Error(text);`);
      expect(packages).toContain("undici");
      expect(packages.filter((loaded) => /^@ai-sdk\/(?!provider)/.test(loaded))).toEqual([name]);
    } finally {
      await server.close();
    }
  },
);
