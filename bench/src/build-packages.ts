import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Builds every package as it is published. */
export function buildPackages(): void {
  execFileSync(join(root, "node_modules/.bin/turbo"), ["run", "build"], { cwd: root, stdio: "inherit" });
}
