/**
 * Lists the node types in each of these folders: `nodes-in-folders.ts FOLDER…`. Prints a JSON object per line: the exit code, what
 * was said on stderr, and whether the node type `w` is among them.
 */
import { resolve } from "node:path";
import { runCli } from "../src/index.ts";

for (const folder of process.argv.slice(2)) {
  const said = { stdout: "", stderr: "" };
  const code = await runCli(["nodes"], {
    cwd: resolve(folder),
    env: {},
    stdout: { write: (text) => (said.stdout += text) },
    stderr: { write: (text) => (said.stderr += text) },
    readStdin: () => Promise.resolve(""),
    onInterrupt: () => () => {},
  });
  console.log(JSON.stringify({ code, stderr: said.stderr, registered: /^w /m.test(said.stdout) }));
}
