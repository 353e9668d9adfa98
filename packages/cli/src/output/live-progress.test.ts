import type { RunEvent, RunEventType } from "@ice/core";
import { createFakeClock } from "@ice/testing";
import { expect, test } from "vitest";
import { createProgress } from "./create-progress.ts";

/** A terminal that understands what progress writes: text, newlines, and "n lines up, clear to the end". */
function screen(columns = 80, rows = 24) {
  const lines: string[] = [""];
  let row = 0;
  return {
    isTTY: true,
    columns,
    rows,
    write(text: string): void {
      // eslint-disable-next-line no-control-regex
      for (const [part] of text.matchAll(/\u001B\[\d+[AJ]|\n|[^\u001B\n]+/g)) {
        const up = /^\u001B\[(\d+)A$/.exec(part); // eslint-disable-line no-control-regex
        if (up !== null) row -= Number(up[1]);
        else if (part === "\u001B[0J") lines.splice(row, Infinity, "");
        else if (part === "\n") lines[(row += 1)] ??= "";
        else {
          const wraps = Math.floor((lines[row]!.length + part.length - 1) / columns);
          lines[row] += part;
          row += wraps; // a line that is too wide takes more than one row, and clearing misses it
        }
      }
    },
    shown: () => lines.filter((line) => line !== ""),
  };
}

function live({ columns, rows }: { readonly columns?: number; readonly rows?: number } = {}) {
  const clock = createFakeClock(1000);
  const stderr = screen(columns, rows);
  const terminal = { stderr, env: {} } as unknown as Parameters<typeof createProgress>[0];
  const progress = createProgress(terminal, (_style, text) => text, { quiet: false, clock });
  const emit = (type: RunEventType, path: string, more: object = {}): void =>
    progress.onEvent(
      { type, path, runId: "r", seq: 1, at: clock.now(), nodeType: "tool", attempt: 1, data: {}, ...more } as RunEvent,
      path,
    );
  return { clock, stderr, progress, emit, shown: stderr.shown };
}

test("a node in flight is shown immediately, with a running time", async () => {
  const { clock, emit, shown, progress } = live();
  emit("node.started", "a");
  expect(shown()).toEqual(["● a tool 0 ms"]);
  await clock.advance(350);
  expect(shown()).toEqual(["● a tool 300 ms"]);
  await clock.advance(2000);
  expect(shown()).toEqual(["● a tool 2.3 s"]);
  progress.end();
});

test("a node that starts right after a drawing is drawn soon, without another event", async () => {
  const { clock, emit, shown, progress } = live();
  emit("node.started", "a");
  await clock.advance(10);
  emit("node.started", "b");
  expect(shown()).toEqual(["● a tool 0 ms"]);
  await clock.advance(100);
  expect(shown()).toEqual(["● a tool 100 ms", "● b tool 90 ms"]);
  progress.end();
});

test("a node that starts right after the screen became empty is drawn soon", async () => {
  const { clock, emit, shown, progress } = live();
  emit("node.started", "a");
  await clock.advance(150);
  emit("node.completed", "a", { data: { durationMs: 150 } });
  await clock.advance(60);
  expect(shown()).toEqual(["✓ a tool 150 ms"]);
  emit("node.started", "b");
  await clock.advance(100);
  expect(shown()).toEqual(["✓ a tool 150 ms", "● b tool 100 ms"]);
  progress.end();
});

test("a node that ends becomes a line above the nodes in flight", async () => {
  const { clock, emit, shown, progress } = live();
  emit("node.started", "a");
  emit("node.started", "b");
  await clock.advance(120);
  emit("node.completed", "a", { data: { durationMs: 120 } });
  await clock.advance(100);
  expect(shown()).toEqual(["✓ a tool 120 ms", "● b tool 200 ms"]);
  emit("node.failed", "b", { data: { durationMs: 200, error: { code: "E_X", message: "no" } } });
  progress.end();
  expect(shown()).toEqual(["✓ a tool 120 ms", "✗ b tool 200 ms E_X: no"]);
});

test("a retry is reported, and the attempt counted", async () => {
  const { clock, emit, shown, progress } = live();
  emit("node.started", "a");
  emit("node.retryScheduled", "a", { data: { nextAttempt: 2, delayMs: 1500 } });
  await clock.advance(100);
  expect(shown()).toEqual(["↻ a retry 2 in 1.5 s", "● a tool 100 ms"]);
  emit("node.started", "a", { attempt: 2 });
  await clock.advance(100);
  expect(shown().at(-1)).toBe("● a tool attempt 2 100 ms");
  progress.end();
});

test("a node that is executed by a worker stays in flight, and says where", async () => {
  const { clock, emit, shown, progress } = live();
  emit("node.started", "a");
  emit("node.placed", "a", { data: { queue: "gpu" } });
  emit("node.claimed", "a", { data: { worker: "w7" } });
  await clock.advance(100);
  expect(shown()).toEqual(["↗ a waits in the queue gpu", "↗ a is executed by the worker w7", "● a tool 100 ms"]);
  progress.end();
});

test("at most eight nodes in flight are shown, the others counted", async () => {
  const { clock, emit, shown, progress } = live();
  for (let index = 0; index < 8; index += 1) emit("node.started", `n${index}`);
  await clock.advance(100);
  expect(shown()).toHaveLength(8);
  for (let index = 8; index < 20; index += 1) emit("node.started", `n${index}`);
  await clock.advance(100);
  expect(shown()).toHaveLength(9);
  expect(shown().at(-1)).toBe("  … and 12 more");
  progress.end();
});

test("a row is never wider than the screen: a long path is shown by its end", async () => {
  const { clock, emit, shown, progress } = live({ columns: 30 });
  emit("node.started", "outer[10].middle[200].inner.child");
  expect(shown()).toEqual(["● …0].inner.child tool 0 ms"]);
  await clock.advance(500);
  expect(shown()).toHaveLength(1);
  progress.end();
  expect(shown()).toEqual([]);
});

test.each([{ columns: 1 }, { columns: 4 }, { columns: 23 }, { columns: 80, rows: 1 }, { columns: 80, rows: 2 }])(
  "without enough space only ended nodes are reported: %j",
  async (size) => {
    const { clock, emit, shown } = live(size);
    emit("node.started", "a");
    await clock.advance(1000);
    expect(shown()).toEqual([]);
    emit("node.completed", "a", { data: { durationMs: 5 } });
    await clock.advance(1000);
    expect(shown().join("")).toContain("✓ a");
  },
);

test("a terminal that does not know its size is taken for one of 80 columns and 24 rows", async () => {
  const { emit, shown } = live({ columns: 80, rows: 0 });
  for (let n = 0; n < 10; n += 1) emit("node.started", `n${n}`);
  expect(shown()).not.toEqual([]);
});

test("a low screen is used except for the row of the cursor", async () => {
  const { clock, emit, shown } = live({ rows: 5 });
  for (let n = 0; n < 10; n += 1) emit("node.started", `n${n}`);
  await clock.advance(200);
  expect(shown()).toHaveLength(4);
  expect(shown().at(-1)).toContain("… and 7 more");
});

test("at the end nothing is left but the lines, and no timer waits", async () => {
  const { clock, emit, shown, progress } = live();
  emit("node.started", "a");
  emit("node.completed", "a", { data: { durationMs: 0 } });
  emit("workflow.completed", "");
  progress.end();
  expect(shown()).toEqual(["✓ a tool 0 ms"]);
  expect(clock.pending).toBe(0);
});

test("very many events are drawn a few times only", async () => {
  const { clock, stderr, emit, shown, progress } = live();
  let writes = 0;
  const { write } = stderr;
  stderr.write = (text) => {
    writes += 1;
    write(text);
  };
  for (let index = 0; index < 1000; index += 1) {
    emit("node.started", `n${index}`);
    emit("node.completed", `n${index}`, { data: { durationMs: 0 } });
  }
  await clock.advance(100);
  progress.end();
  expect(writes).toBeLessThan(5);
  expect(shown()).toHaveLength(1000);
});

test("characters that may be two columns wide are counted so", async () => {
  const { emit, shown, progress } = live({ columns: 40 });
  emit("node.started", "漢字".repeat(30));
  expect(shown()).toEqual([`● …${"漢字".repeat(6)} tool 0 ms`]);
  progress.end();
});

test("nothing is drawn after the end until the next event", async () => {
  const { clock, emit, shown, stderr, progress } = live();
  emit("node.started", "a");
  progress.end();
  stderr.write("? a question\n");
  await clock.advance(1000);
  expect(shown()).toEqual(["? a question"]);
  emit("node.started", "b");
  expect(shown()).toEqual(["? a question", "● b tool 0 ms"]);
  progress.end();
});

test.each([{ TERM: "dumb" }, { NO_COLOR: "1" }])(
  "with %j there are plain lines and no escape sequence",
  async (env) => {
    const clock = createFakeClock(1000);
    let text = "";
    const stderr = { isTTY: true, write: (more: string) => (text += more) };
    const progress = createProgress({ stderr, env }, (_style, words) => words, { quiet: false, clock });
    const event = { path: "a", runId: "r", seq: 1, at: 1000, nodeType: "tool", attempt: 1 } as const;
    progress.onEvent({ ...event, type: "node.started", data: {} }, "a");
    await clock.advance(500);
    progress.onEvent({ ...event, type: "node.completed", data: { durationMs: 500 } }, "a");
    progress.end();
    expect(text).toBe("✓ a tool 500 ms\n");
  },
);

test("an alert that was not delivered is a line, and its monitor is still in flight", async () => {
  const { clock, emit, shown, progress } = live();
  emit("node.started", "watch");
  emit("monitor.alertFailed", "watch", { data: { channel: "ops", error: "connection\nrefused" } });
  await clock.advance(100);
  expect(shown()).toEqual([
    String.raw`! watch the alert did not reach ops: connection\nrefused`,
    "● watch tool 100 ms",
  ]);
  progress.end();
});
