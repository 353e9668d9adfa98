import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generators, versions } from "./generated-clients/generators.ts";
import { startServer } from "./generated-clients/server.ts";
import { runCommand } from "./run-command.ts";

/**
 * Tests the OpenAPI document with generators of clients: each generates one from the document of a server that runs, the compiler checks
 * it together with a program that uses it, and the program runs against the server.
 *
 *   node --conditions=@ice/source checks/src/try-openapi.ts [--keep]
 *
 * The generators want a TypeScript of their own, so they are installed in a folder apart. With `--keep` it is kept.
 */
const folder = mkdtempSync(join(tmpdir(), "ice-openapi-"));
const sources = join(import.meta.dirname, "generated-clients/programs");

async function run(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { cwd: folder, env: { ...process.env, ...env }, timeoutMs: 120_000 };
  const { code, stdout, stderr } = await runCommand(command, options);
  if (code === 0) return stdout;
  throw new Error(`${command.join(" ")}\nexit code ${code}\n${stdout}${stderr}`);
}

function write(name: string, content: unknown): void {
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
}

const compilerOptions = {
  target: "es2022",
  module: "nodenext",
  lib: ["es2023", "dom", "dom.iterable"],
  types: ["node"],
  strict: true,
  noUncheckedIndexedAccess: true,
  rootDir: "src",
  outDir: "dist",
};

async function prepare(url: string): Promise<void> {
  mkdirSync(join(folder, "src"));
  write("package.json", { name: "generated-clients", private: true, type: "module" });
  write("tsconfig.json", { compilerOptions, include: ["src"] });
  const packages = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  await run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--save-exact", ...packages]);
  const response = await fetch(`${url}/openapi.json`);
  write("openapi.json", await response.text());
}

const server = await startServer(folder);
let failures = 0;
try {
  await prepare(server.url);
  for (const { name, command, program } of generators) {
    await run(command);
    copyFileSync(join(sources, `${program}.ts.txt`), join(folder, "src", `${program}.ts`));
    console.log(`ok      ${name}: generated`);
  }
  await run(["node_modules/.bin/tsc", "-p", "."]);
  console.log("ok      all of them type-check");
  for (const { name, program } of generators) {
    await run(["node", join("dist", `${program}.js`)], { ICE_URL: server.url, ICE_TOKEN: server.token });
    console.log(`ok      ${name}: runs`);
  }
} catch (error) {
  failures += 1;
  console.log(`FAILED  ${error instanceof Error ? error.message : String(error)}`);
} finally {
  await server.close();
}
if (process.argv.includes("--keep")) console.log(`the clients are in ${folder}`);
else rmSync(folder, { recursive: true });
process.exitCode = failures === 0 ? 0 : 1;
