import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkTypes, documents, readDocument, runSnippet, type SnippetPlace } from "../snippets.ts";
import type { Project } from "./project.ts";

/** A test that has to succeed in every project. @throws Error with the reason if it fails. */
export type Trial = readonly [name: string, run: (project: Project) => Promise<void>];

/** In this order: each uses the project in the state left by the previous one. */
export const trials: readonly Trial[] = [
  ["the install page, step by step", followInstallPage],
  ["every package beside the versions of this setup", installAll],
  ["the command says its version", sayVersion],
  ["a configuration of every name brings a plugin", loadConfigurations],
  ["a workflow from a module", runModule],
  ["the builder type-checks, and in little memory", typeCheck],
  ["every package with require() and import", loadPackages],
  ["two copies of core share one registry", shareRegistry],
];

/** The documents, for a project in which everything is installed. */
export const documentTrial: Trial = ["README and every document, step by step", followDocuments];

const repository = join(import.meta.dirname, "../../..");

async function followInstallPage(project: Project): Promise<void> {
  // A project that already has zod, or a compiler, keeps it.
  await project.run(`npm install ${versionsOf(project).join(" ")}`);
  await follow(project, join(repository, "docs/guide/install.md"));
}

async function installAll(project: Project): Promise<void> {
  const names = [...project.registry.versions.keys(), ...versionsOf(project), ...usedByDocuments];
  await project.run(`npm install ${names.join(" ")}`);
  const { zod } = project.setup;
  // What ice's packages and the project import. A dependency of theirs may have a copy of its own, as the MCP client does.
  const places = [...project.registry.versions.keys()].flatMap((name) => [
    `${name}/node_modules`,
    `.pnpm/${name.replace("/", "+")}@*/node_modules`,
  ]);
  const versions = ["", ...places]
    .flatMap((place) => globSync(join("node_modules", place, "zod/package.json"), { cwd: project.folder }))
    .map((file) => JSON.parse(readFileSync(join(project.folder, file), "utf8")) as { readonly version: string })
    .map(({ version }) => version);
  if (new Set(versions).size !== 1 || (zod !== "newest" && versions[0] !== zod))
    throw new Error(`expected one version of zod, ${zod}; there are ${versions.join(", ")}`);
}

/** Packages of others that snippets of the documents import. */
const usedByDocuments = ["@opentelemetry/sdk-trace@^3.1.1"];

const versionsOf = ({ setup: { zod, typescript, node } }: Project): readonly string[] => [
  zod === "newest" ? "zod" : `zod@${zod}`,
  typescript === "newest" ? "typescript" : `typescript@~${typescript}.0`,
  `@types/node@${node}`,
];

async function sayVersion({ run, registry: { scope, versions } }: Project): Promise<void> {
  expectText(await run("npx ice --version"), `${versions.get(`${scope}/cli`)}\n`);
}

const plugin = `
const louder = definePlugin({
  name: "louder",
  apiVersion: 1,
  setup(host) {
    host.registerTool(
      defineTool({ name: "louder", args: z.object({ text: z.string() }), run: ({ text }) => text.toUpperCase() }),
    );
  },
});
`;
const names = { core: "defineTool, definePlugin", cli: "defineConfig", zod: "z" };

const configurationIn = (scope: string, modules: "module" | "commonjs"): string => {
  const load = (what: string, from: string): string =>
    modules === "module" ? `import { ${what} } from "${from}";` : `const { ${what} } = require("${from}");`;
  const loads = [load(names.cli, `${scope}/cli`), load(names.core, `${scope}/core`), load(names.zod, "zod")].join("\n");
  const exports = modules === "module" ? "export default" : "module.exports =";
  return `${loads}\n${plugin}\n${exports} defineConfig({ plugins: [louder()], allow: { code: true } });\n`;
};

async function loadConfigurations({ write, run, registry: { scope }, setup: { modules } }: Project): Promise<void> {
  write(
    "loud.yaml",
    "schemaVersion: ice/v1\nname: loud\nnodes: [{ id: loud, type: tool, toolName: louder, toolArgs: { text: hello } }]\n",
  );
  const configurations = [
    ["ice.config.js", modules],
    ["ice.config.cjs", "commonjs"],
    ["ice.config.mjs", "module"],
    ["ice.config.cts", "commonjs"],
    ["ice.config.mts", "module"],
    ["ice.config.ts", "module"],
  ] as const;
  for (const [name, syntax] of configurations) {
    await run("rm -f ice.config.*");
    write(name, configurationIn(scope, syntax));
    expectText(await run("node_modules/.bin/ice run loud.yaml --quiet"), '{\n  "loud": "HELLO"\n}\n', name);
  }
}

const workflowIn = (scope: string): string => `
import { defineTool } from "${scope}/core";
import { cel, t, workflow } from "${scope}/builder";
import { z } from "zod";

const price = defineTool({
  name: "echo",
  args: z.object({ cost: z.number() }),
  output: z.object({ cost: z.number() }),
  run: ({ cost }) => ({ cost }),
});
const label = defineTool({ name: "louder", args: z.object({ text: z.string() }), output: z.string(), run: ({ text }) => text });

const labels = workflow("labels", { inputs: z.object({ name: z.string(), cost: z.number().default(2) }) })
  .tool("price", price, ({ inputs }) => ({ cost: inputs.cost }))
  .tool("label", label, ({ inputs, price }) => ({ text: t\`\${inputs.name}: \${price.cost}\` }), {
    when: ({ price }) => cel\`\${price.cost} > 1\`,
  })
  .outputs(({ label }) => ({ label }));
export default labels;
`;

/** As `.ts` if the project is an ES module, as `.mts` everywhere. */
async function runModule({ write, run, registry: { scope }, setup: { modules } }: Project): Promise<void> {
  for (const name of modules === "module" ? ["labels.ts", "labels.mts"] : ["labels.mts"]) {
    write(name, workflowIn(scope));
    expectText(
      await run(`node_modules/.bin/ice run ${name} --input name=mug --quiet`),
      '{\n  "label": "MUG: 2"\n}\n',
      name,
    );
  }
}

/** The compiler takes about 150 MiB for this; with a mistake in the types it took 4 GiB. */
const maxMemoryKiB = 800 * 1024;

async function typeCheck({ write, run, try: attempt, registry: { scope } }: Project): Promise<void> {
  const wrong = workflowIn(scope).replace("cost: inputs.cost", "cost: inputs.name");
  write("types/right.mts", workflowIn(scope));
  write("types/wrong.mts", wrong);
  write("types/ice.config.mts", configurationIn(scope, "module"));
  const options = { target: "es2024", module: "nodenext", types: ["node"], strict: true, noEmit: true };
  const config = (files: readonly string[]): string => JSON.stringify({ compilerOptions: options, files });
  write("types/tsconfig.json", config(["right.mts", "ice.config.mts"]));
  write("types/tsconfig.wrong.json", config(["wrong.mts"]));
  const report = await run("node_modules/.bin/tsc -p types --extendedDiagnostics");
  const memory = Number(/^Memory used:\s+(\d+)K$/m.exec(report)?.[1]);
  if (!(memory <= maxMemoryKiB)) throw new Error(`the compiler took ${memory} KiB:\n${report}`);
  const { code, stdout } = await attempt("node_modules/.bin/tsc -p types/tsconfig.wrong.json");
  if (code === 0 || !/wrong\.mts.*TS2322/.test(stdout)) throw new Error(`a wrong argument compiles: ${stdout}`);
}

async function loadPackages({ write, run, registry: { scope, versions } }: Project): Promise<void> {
  const packages = JSON.stringify([...versions.keys()]);
  const body = `
    for (const [name, module] of modules) if (Object.keys(module).length === 0) throw new Error(name + " exports nothing");
    const { initializeOrchestrator, Workflow } = new Map(modules).get("${scope}/orchestrator");
    const { close } = await initializeOrchestrator();
    const nodes = [{ id: "hello", type: "tool", toolName: "echo", toolArgs: { text: "{{ inputs.text }}" } }];
    console.log(JSON.stringify((await new Workflow(nodes, { name: "hello" }).execute({ text: "hi" })).output));
    await close();`;
  write(
    "load.cjs",
    `const modules = ${packages}.map((name) => [name, require(name)]);\n(async () => {${body}\n})();\n`,
  );
  write(
    "load.mjs",
    `const modules = await Promise.all(${packages}.map(async (name) => [name, await import(name)]));${body}\n`,
  );
  for (const file of ["load.cjs", "load.mjs"])
    // Warnings of Node are errors here: users see them in every program.
    expectText(await run(`node --throw-deprecation ${file} 2>&1`), '{"hello":{"text":"hi"}}\n', file);
}

/** A plugin that installs its own copy, which happens if versions differ. */
async function shareRegistry({ write, run, registry: { scope, url } }: Project): Promise<void> {
  write("plugin/package.json", '{ "name": "plugin", "version": "1.0.0", "private": true, "type": "module" }');
  write("plugin/.npmrc", `${scope}:registry=${url}\n`);
  write("plugin/pnpm-workspace.yaml", "packages: []\n");
  await run(`cd plugin && npm install ${scope}/core zod`);
  const copy = `export { defaultRuntime, defineTool, IceError, WorkflowFactory } from "${scope}/core";\nexport { z } from "zod";\n`;
  write("plugin/copy.js", copy);
  write(
    "share.mjs",
    `import * as here from "${scope}/core";
    import { initializeOrchestrator } from "${scope}/orchestrator";
    import { defaultRuntime, defineTool, IceError, WorkflowFactory, z } from "./plugin/copy.js";
    if (here.defineTool === defineTool) throw new Error("it is the same copy");
    const fails = () => { throw new IceError("SHOP_CLOSED", "The shop is closed.", { fix: "come back" }); };
    const tools = [
      defineTool({ name: "copied", args: z.object({ n: z.int() }), run: ({ n }) => n + 1 }),
      defineTool({ name: "fails", args: z.object({}), run: fails }),
    ];
    const { close } = await initializeOrchestrator({ runtime: here.defaultRuntime(), tools });
    const run = (toolName, toolArgs) =>
      defaultRuntime().use(WorkflowFactory).create({ name: "a", nodes: [{ id: "a", type: "tool", toolName, toolArgs }] }).execute();
    const [copied, wrong, failed] = [await run("copied", { n: 1 }), await run("copied", { n: "{{ 1.5 }}" }), await run("fails", {})];
    console.log(copied.output.a, wrong.error.code, failed.error.code, here.defaultRuntime() === defaultRuntime());
    await close();\n`,
  );
  expectText(await run("node share.mjs"), "2 ICE_TOOL_ARGS SHOP_CLOSED true\n");
}

async function followDocuments(project: Project): Promise<void> {
  const files = documents(repository).filter((file) => !file.endsWith("install.md"));
  await project.run("rm -f ice.config.*");
  for (const file of files) await follow(project, file);
  const problem = await checkTypes(
    files.flatMap(readDocument),
    placeOf(project),
    join(project.folder, "node_modules/.bin/tsc"),
  );
  if (problem !== undefined) throw new Error(problem);
}

async function follow(project: Project, document: string): Promise<void> {
  for (const snippet of readDocument(document)) {
    const code = snippet.info.startsWith("sh ") ? project.inItsWords(snippet.code) : snippet.code;
    const problem = await runSnippet({ ...snippet, code }, placeOf(project));
    if (problem !== undefined) throw new Error(`${snippet.file}:${snippet.line} ${problem}`);
  }
}

const placeOf = ({ folder, env }: Project): SnippetPlace => ({
  kind: "project",
  folder,
  scratch: folder,
  node: [join(env["PATH"]!.split(":")[0]!, "node")],
  env,
  tsconfig: { compilerOptions: { target: "es2024", module: "nodenext", types: ["node"], strict: true, noEmit: true } },
});

function expectText(actual: string, expected: string, what = ""): void {
  if (actual !== expected) throw new Error(`${what} prints\n${actual}instead of\n${expected}`);
}
