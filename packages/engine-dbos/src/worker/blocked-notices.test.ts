import { expect, test } from "vitest";
import { BlockedNotices } from "./blocked-notices.ts";

test("a run is new once for each reason, and only so many are remembered", () => {
  const notices = new BlockedNotices();
  const run = { tenant: "acme", runId: "r" };
  expect([notices.add(run, "a"), notices.add(run, "a"), notices.add(run, "b")]).toEqual([true, false, true]);
  expect(notices.add({ ...run, tenant: "other" }, "a")).toBe(true);
  for (let n = 0; n < 1000; n += 1) notices.add({ tenant: "acme", runId: `r${n}` }, "a");
  expect(notices.add(run, "a")).toBe(true);
});
