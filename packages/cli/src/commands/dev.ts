import { IceError } from "@ice/core";
import { defineCommand } from "../args/command.ts";
import { withIce, type IceContext } from "../config/start-ice.ts";
import { readBlueprint } from "../files/read-blueprint.ts";
import { issueReport } from "../output/issue-report.ts";
import { serverFlags } from "../server/server-flags.ts";
import { shown } from "../terminal/printable.ts";

/** Maximum number of files. */
const maxFiles = 100;

export const devCommand = defineCommand({
  usage: ["dev FILE…"],
  summary: "Serve workflows while you edit their files",
  details:
    "A server as `ice serve` that reads the files again when they change and runs their last good states by name. What is wrong with a file is printed, and shown by the API.",
  maxOperands: maxFiles,
  flags: serverFlags,
  examples: ["ice dev greet.yaml", "ice dev flows/order.yaml flows/refund.yaml --port 0"],
  async execute(context) {
    const [first] = context.operands;
    if (first === undefined)
      throw new IceError("ICE_USAGE", "Which files?", { fix: "name the blueprints that you edit: ice dev FILE" });
    return withIce(context, { file: first, serves: true }, (ice) => serveFiles(ice));
  },
});

async function serveFiles(ice: IceContext<typeof serverFlags>): Promise<number> {
  const { terminal, paint, operands, flags } = ice;
  // Loaded for a server only, to keep the start of other commands fast.
  const [{ runServer }, { WatchedFiles }] = await Promise.all([
    import("../server/run-server.ts"),
    import("../server/watched-files.ts"),
  ]);
  const files = new WatchedFiles({
    cwd: terminal.cwd,
    files: operands,
    check: (file) => readBlueprint(ice, file),
    onChange({ file, name, issues }, { isGood, lines }) {
      if (flags.quiet) return;
      const state = isGood
        ? `${paint("green", "good")}, runs as "${shown(name!)}"`
        : paint("red", "not valid; new runs use the last valid version");
      terminal.stderr.write(`${shown(file)}: ${state}\n`);
      if (issues.length > 0) terminal.stderr.write(`${issueReport(issues, file, lines, paint)}\n`);
    },
  });
  await files.open();
  try {
    return await runServer(ice, files);
  } finally {
    files.close();
  }
}
