import { expect, test } from "vitest";
import { createCodeSandbox } from "../index.ts";

// The way through pool and lane; `python.long.test.ts` looks at all that the language promises.
test("Python runs, with its input and within its fuel", async () => {
  const sandbox = createCodeSandbox({ workers: 1, cache: false });
  try {
    const sum = await sandbox.run({ language: "python", source: "return sum(input)", input: [1, 2, 3] });
    expect(sum).toMatchObject({ ok: true, output: 6 });
    const loop = { language: "python", source: "while True: pass", limits: { fuel: 10_000_000 } } as const;
    expect(await sandbox.run(loop)).toMatchObject({ ok: false, error: { kind: "fuel" } });
  } finally {
    await sandbox.close();
  }
}, 60_000);
