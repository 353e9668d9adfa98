import { createFileAccess } from "@ice/host";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Json, JsonObject, SandboxResult } from "@ice/core";
import { createCodeSandbox } from "../../src/index.ts";
import { isContained, readAttacks, type Attack } from "./attack.ts";
import { canary, HostWatch, leaks, memoryInUse, percentile, prototypes, Trap } from "./oracle.ts";

/** How many times slower than usual this machine may be. */
const slowness = Number(process.env["ICE_TEST_SLOWNESS"] ?? 1);
const trap = await Trap.lay();
const attacks = readAttacks(trap.surroundings);
const sandbox = createCodeSandbox({
  workers: 2,
  limits: { wallMs: 60_000 }, // it is fuel that has to end them, also on a machine where ten seconds are not enough for that
  files: createFileAccess({ directory: trap.surroundings.DATA, write: ["."] }),
  allow: {
    http: ["127.0.0.1", "[::1]", "0.0.0.0", "localhost", "169.254.169.254", "allowed.test"],
  },
});

const callTool = async (name: string, args: JsonObject): Promise<Json> => {
  if (name === "secret") return canary;
  if (name === "fail") throw new Error("the tool failed");
  return args;
};

/** Code whose result and fuel are the same on every lane that nothing has touched. */
const controls = {
  javascript: "return [typeof leak, [].evil ?? null, Math.random(), input];",
  python:
    "import json, os, random\nreturn ['leak' in dir(), json.dumps([1]), random.random(), dict(os.environ), input]",
} as const;
type ControlLanguage = keyof typeof controls;
const runControl = async (language: ControlLanguage): Promise<readonly [unknown, number]> => {
  const result = await sandbox.run({ language, source: controls[language], input: { a: [1] } });
  return [result.ok ? result.output : result.error, result.telemetry.fuel];
};

const calm = {} as {
  control: Readonly<Record<ControlLanguage, Awaited<ReturnType<typeof runControl>>>>;
  prototypes: string;
  files: string;
  memory: number;
};
const outside = process.env["ICE_CANARY"];
beforeAll(async () => {
  process.env["ICE_CANARY"] = canary;
  calm.control = { javascript: await runControl("javascript"), python: await runControl("python") };
  calm.prototypes = prototypes();
  calm.files = trap.files();
  calm.memory = memoryInUse();
});
afterAll(async () => {
  if (outside === undefined) delete process.env["ICE_CANARY"];
  else process.env["ICE_CANARY"] = outside;
  await sandbox.close();
  await trap.close();
});

/** The seven points, after every attack. */
async function judge(attack: Attack, result: SandboxResult, watch: HostWatch): Promise<void> {
  expect(isContained(attack, result), `1: ended as ${JSON.stringify(result).slice(0, 300)}`).toBe(true);
  // Other processes of a busy machine delay single samples; what the host itself does in one go they cannot change.
  expect(watch.longestMs, "2: ms for which the host was busy with it in one go").toBeLessThan(50 * slowness);
  expect(percentile(watch.late, 0.5), "2: ms by which the host is late").toBeLessThan(50 * slowness);
  expect(percentile(watch.late, 1), "2: ms for which the host stood still").toBeLessThan(1000 * slowness);
  // Buffers of a closed pipe are freed some time after a collection.
  const stays = (): number => (memoryInUse() - calm.memory) / 2 ** 20;
  await expect.poll(stays, { message: "3: MiB that stay behind", timeout: 5000 }).toBeLessThan(64);
  const language = attack.request.language === "python" ? "python" : "javascript";
  expect(await runControl(language), "4: the control run").toEqual(calm.control[language]);
  expect(prototypes(), "5: prototypes of the host").toBe(calm.prototypes);
  expect([leaks(result), trap.requests], "6: secrets and requests").toEqual([[], 0]);
  expect(trap.files(), "7: files").toBe(calm.files);
}

test("there are attacks of every kind, in both languages", () => {
  const python = attacks.filter(({ request }) => request.language === "python");
  expect(attacks.length - python.length).toBeGreaterThanOrEqual(80);
  expect(python.length).toBeGreaterThanOrEqual(80);
  expect(python.every(({ name }) => name.startsWith("python-"))).toBe(true);
  const kinds = new Set(attacks.map(({ name }) => name.split("-")[0]));
  expect([...kinds].toSorted()).toEqual(
    expect.arrayContaining(["files", "flood", "forge", "http", "loop", "memory", "prototype", "stack", "tool", "walk"]),
  );
});

test.each(attacks.map((attack) => [attack.name, attack.title, attack] as const))(
  "%s: %s",
  async (_name, _title, attack) => {
    const watch = new HostWatch();
    const result = await sandbox.run({ ...attack.request, callTool });
    await watch.end();
    await expect(judge(attack, result, watch)).resolves.toBeUndefined();
  },
);

const fifty = "fifty guests at their limits at once: each is contained, the host answers, a control run is unchanged";
test.each([
  ["JavaScript", (language: string) => language !== "python"],
  ["Python", (language: string) => language === "python"],
])(
  `${fifty} (%s)`,
  async (_name, isOf) => {
    const hungry = attacks.filter(
      ({ name, request }) => isOf(request.language) && /^(?:python-)?(?:loop|memory|stack|flood)-/.test(name),
    );
    const watch = new HostWatch();
    const results = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const attack = hungry[index % hungry.length]!;
        return [attack, await sandbox.run({ ...attack.request, callTool })] as const;
      }),
    );
    await watch.end();
    for (const [attack, result] of results)
      expect(isContained(attack, result), `${attack.name}: ${JSON.stringify(result).slice(0, 300)}`).toBe(true);
    await judge(...results[0]!, watch);
  },
  120_000,
);

test("meanwhile the event loop of the host is rarely delayed by more than 50 ms", () => {
  expect(HostWatch.allLate.length).toBeGreaterThan(0);
  expect(percentile(HostWatch.allLate, 0.99)).toBeLessThan(50 * slowness);
});
