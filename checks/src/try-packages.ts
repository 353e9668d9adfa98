import { cpus, tmpdir } from "node:os";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createProject, type ProjectOptions } from "./packed/project.ts";
import { servePackages } from "./packed/package-registry.ts";
import { allSetups, nameOf, pairwiseSetups, type Setup } from "./packed/setups.ts";
import { documentTrial, trials } from "./packed/trials.ts";
import { runCommand } from "./run-command.ts";

/**
 * Tests the packages as users install them: packed, and installed into empty projects.
 *
 *   node checks/src/try-packages.ts [full] [--keep] [NAME]
 *
 * Without `full`: setups that cover every pair of choices, and the documents in one of them. With `--keep` the projects are kept.
 * NAME selects the setups whose names contain it: "Node 24, npm".
 */
const root = join(import.meta.dirname, "../..");
const isFull = process.argv.includes("full");
const wanted = process.argv.slice(2).find((argument) => argument !== "full" && argument !== "--keep") ?? "";
const folder = mkdtempSync(join(tmpdir(), "ice-packages-"));

async function inRoot(command: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runCommand(command, { cwd: root, env: process.env, timeoutMs: 600_000 });
  if (code !== 0) throw new Error(`${command.join(" ")}\nexit code ${code}\n${stdout}${stderr}`);
}

/** Node from packages of the registry, as the repository installs its own. */
async function nodeOf(major: string): Promise<string> {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
  const name = Object.keys(optionalDependencies).find((key) => key.endsWith(`${process.platform}-${process.arch}`));
  if (name === undefined) throw new Error(`there is no package of Node for ${process.platform} on ${process.arch}`);
  const prefix = join(folder, `node-${major}`);
  mkdirSync(prefix);
  await inRoot(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", prefix, `${name}@${major}`]);
  const [node] = globSync(join(prefix, "node_modules/*/bin/node"));
  if (node === undefined) throw new Error(`${name}@${major} brings no bin/node`);
  return dirname(node);
}

async function trySetup(setup: Setup, index: number, options: ProjectOptions): Promise<boolean> {
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  const project = createProject(join(folder, `project-${index}`), setup, options);
  const withDocuments = isFull ? setup.modules === "module" : isPlain(setup);
  for (const [name, run] of withDocuments ? [...trials, documentTrial] : trials)
    try {
      await run(project);
    } catch (error) {
      console.log(
        `FAILED  ${nameOf(setup)}: ${name} (${seconds()} s)\n${error instanceof Error ? error.message : String(error)}`,
      );
      return false;
    }
  console.log(`ok      ${nameOf(setup)}${withDocuments ? ", with all documents" : ""} (${seconds()} s)`);
  return true;
}

const isPlain = ({ manager, modules, typescript }: Setup): boolean =>
  manager === "npm" && modules === "module" && typescript === "newest";

await inRoot(["turbo", "run", "build"]);
const tarballs = join(folder, "tarballs");
await inRoot(["pnpm", "--recursive", "--filter", "./packages/*", "pack", "--pack-destination", tarballs]);
const registry = await servePackages(tarballs);
const nodes = { "24": await nodeOf("24"), "26": await nodeOf("26") };
const setups = (isFull ? allSetups() : pairwiseSetups()).filter((setup) => nameOf(setup).includes(wanted)).entries();
let failures = 0;
/** Takes setups until none is left; several run concurrently. */
const work = async (): Promise<void> => {
  for (const [index, setup] of setups) if (!(await trySetup(setup, index, { registry, nodes }))) failures += 1;
};
await Promise.all(Array.from({ length: Math.min(4, cpus().length) }, work));
registry.close();
if (process.argv.includes("--keep")) console.log(`the projects are in ${folder}`);
else rmSync(folder, { recursive: true });
process.exitCode = failures === 0 ? 0 : 1;
