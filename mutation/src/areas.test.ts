import { globSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { areas } from "./areas.ts";

const cwd = join(import.meta.dirname, "../..");

test.each(areas)("every pattern of the area $name finds files", ({ sources, tests }) => {
  expect([...sources, ...tests].filter((pattern) => globSync(pattern, { cwd }).length === 0)).toEqual([]);
});
