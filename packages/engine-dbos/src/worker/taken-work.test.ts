import { IceError, type JobRunner, type Json, type Runtime } from "@ice/core";
import { expect, test } from "vitest";
import { RunningJobs } from "./running-jobs.ts";
import { TakenWork, type TakenJob, type WorkPlace } from "./taken-work.ts";

const unused = (): Promise<never> => Promise.reject(new Error("unused"));

interface Setup {
  readonly maxOutcomeBytes?: number;
  /** Default: returns the output. */
  readonly run?: JobRunner["run"];
  readonly onLack?: WorkPlace<TakenJob>["onLack"];
}

/** Bodies of outcomes that a worker writes for a node. @param refuse - what the store does with each. */
async function written(
  output: Json,
  refuse: (body: string) => void,
  {
    maxOutcomeBytes = Infinity,
    run = () => Promise.resolve({ output, usage: { toolCalls: 1 } }),
    onLack = () => {},
  }: Setup = {},
): Promise<unknown[]> {
  const bodies: unknown[] = [];
  const place: WorkPlace<TakenJob> = {
    handOn: unused,
    continueLater: unused,
    readJob: () => Promise.resolve({ runId: "r" } as never),
    putStep: unused,
    async putOutcome({ body }) {
      refuse(body);
      bodies.push(JSON.parse(body));
    },
    maxOutcomeBytes,
    onLack,
    giveBack: unused,
  };
  const runtime = { use: () => ({ run }) } as unknown as Runtime;
  const jobs = new RunningJobs(() => Promise.resolve([]), 1000);
  await new TakenWork(runtime, jobs, place).job("1:a:1", { tenant: "default", row: 1, requires: ["gpu"] });
  return bodies;
}

test("an outcome that the store never takes becomes an error, so that the run goes on", async () => {
  const refuse = (body: string): void => {
    if (body.includes("refused")) throw new IceError("ICE_STORE_CORRUPT", "The store is damaged: a rule.");
  };
  const message = "The outcome of the node cannot be written: The store is damaged: a rule.";
  expect(await written("refused", refuse)).toMatchObject([
    { error: { code: "ICE_INTERNAL", message }, usage: { toolCalls: 1 } },
  ]);
});

test("an outcome that cannot be a text becomes an error", async () => {
  const endless = { toJSON: () => "x".repeat(2 ** 28).repeat(2) } as unknown as Json;
  expect(await written(endless, () => {})).toMatchObject([{ error: { code: "ICE_INTERNAL" } }]);
});

test("an outcome that is longer than the store takes becomes an error", async () => {
  const message = "The outcome of the node cannot be written: It has more than 1000 bytes.";
  expect(await written("\u20ac".repeat(340), () => {}, { maxOutcomeBytes: 1000 })).toMatchObject([
    { error: { code: "ICE_INTERNAL", message } },
  ]);
  expect(await written("\u20ac".repeat(300), () => {}, { maxOutcomeBytes: 1000 })).toMatchObject([
    { output: expect.any(String) },
  ]);
});

test("an outcome is written again for as long as the store is away", async () => {
  let away = 2;
  const refuse = (): void => {
    away -= 1;
    if (away >= 0) throw new IceError("ICE_STORE_UNAVAILABLE", "The store cannot be reached.");
  };
  expect(await written("done", refuse)).toEqual([{ output: "done", usage: { toolCalls: 1 } }]);
});

test("a node whose tool this worker lacks is left to others, and its operator hears of it", async () => {
  const lacks: unknown[] = [];
  const run = (): Promise<never> => Promise.reject(new IceError("ICE_BLUEPRINT_INVALID", 'there is no tool "x"'));
  const onLack: Setup["onLack"] = ({ tenant, runId }, { message }) => lacks.push([tenant, runId, message]);
  expect(await written(null, () => {}, { run, onLack })).toEqual([{ lost: true, left: true }]);
  expect(lacks).toEqual([["default", "r", 'there is no tool "x"']]);
});
