import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunResult } from "@ice/core";
import { expect, test } from "vitest";
import { ice } from "./ice-command.ts";
import { rows } from "./language-rows.ts";
import { newPlace, startWorker } from "./processes.ts";
import { checkPromise } from "./promise.ts";
import { shown, stored } from "./stored-runs.ts";

test.concurrent.each(Object.entries(rows))("a process dies %s", async (_name, row) => {
  const place = newPlace();
  const { db, effects } = place;
  const { commandAt, workflows, meanwhile, changed } = row;
  const argv = [...(commandAt?.argv ?? []), "--store", `sqlite:${db}`];
  for (const [life, { cancels, ...dieAt }] of row.dies.entries()) {
    const worker = startWorker({
      db,
      effects,
      runs: ["r"],
      blueprint: { name: "w", nodes: row.nodes },
      dieAt,
      cancels,
      ...(commandAt && life === 0 && { commandAt: { ...commandAt, argv } }),
      ...(workflows && { workflows }),
    });
    const lines = await worker.ended;
    expect(worker.process.signalCode, JSON.stringify(lines)).toBe("SIGKILL");
    if (life === 0 && meanwhile !== undefined) expect((await ice(place, ...meanwhile)).code).toBe(0);
  }
  const before = await stored(place, "r");
  const seen = place.effectLines().length;
  const file = join(place.directory, "changed.json");
  if (changed !== undefined)
    writeFileSync(file, JSON.stringify({ schemaVersion: "ice/v1", name: "w", nodes: changed }));

  const resumed = await ice<RunResult>(place, "resume", "r", ...(changed === undefined ? [] : [file, "--force"]));
  const run = await stored(place, "r");
  const lines = place.effectLines();
  expect(resumed, resumed.stderr).toMatchObject({ code: row.exit });
  expect(lines.map(({ path }) => path)).toEqual(row.effects);
  checkPromise({ before, after: run, effects: lines, seen });
  const statuses = Object.entries(resumed.document.nodes).map(([path, { status }]) => [path, status]);
  expect(Object.fromEntries(statuses)).toMatchObject(row.nodesAre ?? {});
  expect(await shown(place, "r")).toEqual(resumed.document);
  await row.check?.({ place, before, after: run, resumed });
});
