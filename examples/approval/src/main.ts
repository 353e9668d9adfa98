/** Suspend, answer, resume: three processes, one run. What the ice command prints is shown. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ice = fileURLToPath(import.meta.resolve("../../../packages/cli/src/main.ts"));
const blueprint = fileURLToPath(new URL("../approval.yaml", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ice-approval-"));

function run(...args: readonly string[]): number | null {
  console.log(`$ ice ${args.join(" ").replace(blueprint, "approval.yaml")}`);
  const { status, stdout } = spawnSync(process.execPath, ["--conditions=@ice/source", ice, ...args, "--quiet"], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  console.log(`${stdout}exit code ${status}\n`);
  return status;
}

const exitCodes = [
  run("run", blueprint, "--run-id", "p1"),
  run("respond", "p1", "approve", "--approve", "--as", "kim"),
  run("respond", "p1", "approve", "--reject", "--as", "lee"),
  run("resume", "p1"),
  run("resume", "p1"),
];
rmSync(folder, { recursive: true });
// Suspended; recorded; too late: another answer was first; completed; the same result again.
if (exitCodes.join() !== "5,0,1,0,0") throw new Error(`unexpected exit codes: ${exitCodes.join()}`);
