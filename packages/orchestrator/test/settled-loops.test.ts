import { expect, test } from "vitest";
import { loop, node, parallel, scope } from "./language-nodes.ts";
import { after, echo, fail, runNodes, sleep, statuses } from "./run-nodes.ts";

/** Items are milliseconds; negative ones fail after as many. */
const body = [
  node("s", "tool", { toolName: "sleep", toolArgs: { ms: "{{ item < 0 ? -item : item }}" } }),
  fail("f", { code: "NEGATIVE", message: "item {{ index }}", retryable: false }, { when: "item < 0", ...after("s") }),
];
const settled = (items: string, settle: unknown, more: object = {}) =>
  loop("l", items, body, { parallel: true, settle, itemOutput: "{{ s.ms }}", ...more });

test.each<[string, unknown, unknown[], number]>([
  ["[90, 10, 50]", "first", [null, 10, null], 10],
  ["[90, 10, 50]", { atLeast: 2 }, [null, 10, 50], 50],
  ["[90, 10, 50]", { atLeast: 3 }, [90, 10, 50], 90],
  ["[90, 10, 50]", "all", [90, 10, 50], 90],
  ["[90, -10, 50]", "first", [null, null, 50], 50],
  ["[-20, -10, 50, 30]", { atLeast: 2 }, [null, null, 50, 30], 50],
])("%s with %j: the others are cancelled, and null", async (items, settle, output, durationMs) => {
  const result = await runNodes([settled(items, settle), echo("z", { n: "{{ size(l) }}" })]);
  expect(result).toMatchObject({ status: "completed", output: { l: output, z: { n: output.length } }, durationMs });
});

test("with too many failures it fails with the first, at once, and cancels the rest", async () => {
  const result = await runNodes([settled("[-30, -10, 9000]", { atLeast: 2 })]);
  expect(result).toMatchObject({ error: { code: "NEGATIVE", message: "item 1", path: "l[1].f" }, durationMs: 30 });
  expect(statuses(result)["l[2].s"]).toBe("cancelled");
});

test.each<[string, unknown]>([
  ["[1, 2]", { atLeast: 3 }],
  ["[]", "first"],
])("%s are too few for %j: the loop fails before the first item, and is not retried", async (items, settle) => {
  const result = await runNodes([settled(items, settle, { retryPolicy: { maxAttempts: 3 } })]);
  expect(result.error).toMatchObject({ code: "ICE_JOIN_IMPOSSIBLE", path: "l" });
  expect(Object.entries(result.nodes)).toMatchObject([["l", { attempts: 1 }]]);
});

test("without items, a loop that waits for all of them completes", async () => {
  expect((await runNodes([settled("[]", "all")])).output).toEqual({ l: [] });
});

test("items that have not begun when enough have completed never begin", async () => {
  const result = await runNodes([settled("[10, 10, 10, 10]", "first", { maxConcurrency: 2 })]);
  expect(result.output["l"]).toEqual([10, null, null, null]);
  expect(Object.keys(result.nodes).some((path) => path.startsWith("l[2]"))).toBe(false);
});

test("an error in `itemOutput` is a failure of its item", async () => {
  const result = await runNodes([settled("[10, 50]", "first", { itemOutput: "{{ index == 0 ? inputs.x : s.ms }}" })]);
  expect(result.output["l"]).toEqual([null, 50]);
});

test("losers clean up before the loop completes, and nested races each have their own winners", async () => {
  const clean = { finally: [sleep("x", 100)] };
  const result = await runNodes([
    loop("l", "[500, 10]", [scope("c", [{ ...body[0]!, id: "s" }], clean)], { parallel: true, settle: "first" }),
  ]);
  // The winner of 10 ms has cleaned up by 110, the loser by 210.
  expect([result.durationMs, statuses(result)["l[0].c.x"]]).toEqual([210, "completed"]);
  const inner = [settled("[item, item + 5]", "first", { itemVar: "inner", itemOutput: "{{ inner }}" })];
  const nested = { ...inner[0]!, body: [node("s", "tool", { toolName: "sleep", toolArgs: { ms: "{{ inner }}" } })] };
  const outer = loop("o", "[30, 20]", [nested as never], { parallel: true, settle: "first" });
  const race = await runNodes([parallel("p", [[outer], [sleep("q", 9000)]], { settle: "first" })]);
  expect([race.nodes["p.o"]!.output, race.durationMs]).toEqual([[null, [20, null]], 20]);
});
