import { expect, test } from "vitest";
import { blueprint, echo, folderWith, ice } from "./fake-terminal.ts";

const wait = (id: string, more: object): object => ({ id, type: "wait", ...more });

test("a run that waits for signals and times says for which, and how to send one", async () => {
  const nodes = [
    wait("payment", { signal: ["paid", "withdrawn"], at: "2100-01-31T09:00:00Z" }),
    wait("pickup", { signal: "picked_up", timeoutSeconds: 3600 }),
    wait("new_year", { at: "2101-01-01T00:00:00Z" }),
    echo("ship", { amount: "{{ payment.payload }}" }),
  ];
  const cwd = folderWith({ "w.json": blueprint(nodes) });
  const { code, stderr } = await ice(["run", "w.json", "--run-id", "r"], { cwd });
  expect(code).toBe(5);
  expect(stderr).toContain(
    "? payment: waits for the signal paid or withdrawn until 2100-01-31 09:00:00\n  signal: ice signal r paid\n      or: withdrawn\n",
  );
  expect(stderr).toMatch(
    /\? pickup: waits for the signal picked_up; fails at 20[\d-]+ [\d:]+\n {2}signal: ice signal r picked_up\n/,
  );
  expect(stderr).toContain("? new_year: waits until 2101-01-01 00:00:00\ncontinue: ice resume r\n");

  const sent = await ice(["signal", "r", "paid", "--data", "12"], { cwd });
  expect([sent.code, sent.stdout]).toEqual([0, "recorded; continue with: ice resume r\n"]);
  const resumed = await ice(["resume", "r", "--json"], { cwd });
  expect(resumed.json).toMatchObject({ nodes: { ship: { output: { amount: 12 } }, pickup: { status: "waiting" } } });
  const shown = await ice(["runs", "show", "r"], { cwd });
  expect(shown.stderr).not.toContain("payment: waits");
  expect(shown.stderr).toContain("? pickup: waits for the signal picked_up; fails at");
});
