import { expect, test } from "vitest";
import { noticeLine } from "./notice-line.ts";

test.each([
  [
    { type: "store.unreachable", store: "postgres://u:s3cret@db/app", awayMs: 4100 },
    "warning: postgres://…@db/app has not answered for 4 s: runs wait for it",
  ],
  [
    { type: "store.reached", store: "postgres://…@db/app", awayMs: 72_400 },
    "postgres://…@db/app answers again, after 72 s",
  ],
  [
    { type: "worker.replaced", worker: "w1", host: "h", pid: 7, runs: 3, jobs: 1 },
    "warning: the process w1 (h:7) has died: 3 runs and 1 node of it go on elsewhere",
  ],
  [
    { type: "run.blocked", tenant: "acme", runId: "yo1\n", code: "ICE_BLUEPRINT_INVALID", message: "no\u001b[2J tool" },
    expect.stringMatching(
      /^warning: run "yo1.*" of tenant "acme" is left to other workers: ICE_BLUEPRINT_INVALID: no.* tool$/,
    ),
  ],
] as const)("a notice is one line, without a password: %j", (notice, line) => {
  expect(noticeLine(notice)).toEqual(line);
});
