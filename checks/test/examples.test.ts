import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

test("the main example says which of its two runs is which", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const main = "examples/seller-assistant/src/main.ts";
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--conditions=@ice/source", main], {
    cwd: root,
    encoding: "utf8",
  });
  expect([status, stdout]).toEqual([0, expect.stringContaining("the YAML file gives the same result")]);
  const labels = stderr.split("\n").filter((line) => line.endsWith(":"));
  expect(labels).toEqual([
    "The workflow written in TypeScript (src/build-workflow.ts):",
    "The same workflow from a file (seller-assistant.yaml):",
  ]);
  expect(stderr.startsWith(labels[0]!)).toBe(true);
});
