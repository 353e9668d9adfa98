import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand, type CommandResult } from "../run-command.ts";
import type { PackageRegistry } from "./package-registry.ts";
import type { Setup } from "./setups.ts";

/** A project of a user, empty at first. */
export interface Project {
  readonly folder: string;
  readonly setup: Setup;
  readonly env: NodeJS.ProcessEnv;
  readonly registry: PackageRegistry;
  write(name: string, text: string): void;
  /** The commands of a document, translated to its package manager. */
  inItsWords(commands: string): string;
  /** Runs commands as written in a document. */
  try(commands: string): Promise<CommandResult>;
  /** The same, returning the output. @throws Error with the whole output, if the exit code is not 0. */
  run(commands: string): Promise<string>;
}

export interface ProjectOptions {
  readonly registry: PackageRegistry;
  /** Directories of `node` by the major version. */
  readonly nodes: Readonly<Record<Setup["node"], string>>;
}

export function createProject(folder: string, setup: Setup, { registry, nodes }: ProjectOptions): Project {
  const env = environment(folder, nodes[setup.node]);
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  write("package.json", JSON.stringify({ name: "outside", version: "1.0.0", private: true, type: setup.modules }));
  write(".npmrc", `${registry.scope}:registry=${registry.url}\n`);
  const inItsWords = (commands: string): string =>
    setup.manager === "npm"
      ? commands
      : commands.replaceAll("npm install", "pnpm add").replaceAll(/\bnpx (?=ice|tsc)/g, "pnpm exec ");
  const attempt = (commands: string): Promise<CommandResult> =>
    runCommand(["bash", "-euo", "pipefail", "-c", inItsWords(commands)], { cwd: folder, env, timeoutMs: 300_000 });
  return {
    folder,
    setup,
    env,
    registry,
    write,
    inItsWords,
    try: attempt,
    async run(commands) {
      const { code, stdout, stderr } = await attempt(commands);
      if (code !== 0) throw new Error(`${inItsWords(commands)}\nexit code ${code}\n${stdout}${stderr}`);
      return stdout;
    },
  };
}

/** The environment of the caller, without the variables of its package manager and test runner. */
function environment(folder: string, node: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_(?!config_)|PNPM_|NODE_(?:OPTIONS|PATH|ENV|COMPILE_CACHE)|VITEST|ICE_|INIT_CWD)/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    PATH: `${node}:${process.env["PATH"]}`,
    // pnpm caches the answers of a registry by its address, and another registry may have used the same port.
    XDG_CACHE_HOME: join(folder, "../cache"),
    NO_COLOR: "1",
    CI: "true",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
  };
}
