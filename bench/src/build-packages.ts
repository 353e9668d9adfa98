import { execFileSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Every package as it is published: `pnpm build` does the same in parallel. */
export function buildPackages(): void {
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--build"], {
    cwd: root,
    stdio: "inherit",
  });
}
