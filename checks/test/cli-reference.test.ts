import { readFileSync } from "node:fs";
import { describeCommands } from "@ice/cli";
import { expect, test } from "vitest";
import { cliReference } from "../src/cli-reference.ts";

test("docs/reference/cli.md says what the commands and the configuration take", async () => {
  const page = "../../docs/reference/cli.md";
  await expect(cliReference(readFileSync(new URL(page, import.meta.url), "utf8"))).toMatchFileSnapshot(page);
});

test("a command has at least two examples of its own", () => {
  const { commands } = describeCommands();
  expect(commands.length).toBeGreaterThan(10);
  for (const { name, examples } of commands) {
    expect(examples.length, name).toBeGreaterThanOrEqual(2);
    for (const example of examples) expect(example).toContain(`ice ${name}`);
  }
});
