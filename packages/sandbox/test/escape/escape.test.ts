import { createFileAccess } from "@ice/host";
import { expect, test } from "vitest";
import { createCodeSandbox } from "../../src/index.ts";
import { isContained, readAttacks } from "./attack.ts";
import { leaks, Trap } from "./oracle.ts";

// One attack of each kind, in JavaScript; `escape.long.test.ts` runs all of them and looks at more.
test("an attack of every kind is contained", async () => {
  const trap = await Trap.lay();
  const files = trap.files();
  const sandbox = createCodeSandbox({
    workers: 1,
    limits: { wallMs: 60_000 },
    files: createFileAccess({ directory: trap.surroundings.DATA, write: ["."] }),
  });
  const attacks = readAttacks(trap.surroundings).filter(({ request }) => request.language === "javascript");
  const kinds = new Map(attacks.map((attack) => [attack.name.split("-")[0]!, attack]));
  expect(kinds.size).toBeGreaterThanOrEqual(10);
  try {
    for (const attack of kinds.values()) {
      const result = await sandbox.run({ ...attack.request, callTool: async (_name, args) => args });
      expect(isContained(attack, result), `${attack.name} ended as ${JSON.stringify(result).slice(0, 300)}`).toBe(true);
      expect(leaks(result)).toEqual([]);
    }
    expect([trap.requests, trap.files()]).toEqual([0, files]);
  } finally {
    await sandbox.close();
    await trap.close();
  }
});
