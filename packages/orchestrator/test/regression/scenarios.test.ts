import { readdirSync, readFileSync } from "node:fs";
import { simulate, type Scenario } from "@ice/testing";
import { expect, test } from "vitest";
import { start } from "../durability/seeds.ts";

const folder = new URL("./", import.meta.url);

/** Scenarios that once broke the promise of durability, made small; named after the seed that found them and what it showed. */
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));

test.each(files)("%s: the promise is kept", async (name) => {
  const scenario = JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Scenario;
  const { violations, result } = await simulate(scenario, start);
  expect(violations).toEqual([]);
  expect(result).toBeDefined();
});
