import { context, trace } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { OpenRun } from "./open-run.ts";
import { OpenSpan } from "./open-span.ts";

const span = (): OpenSpan =>
  new OpenSpan(trace.getTracer("t").startSpan("s"), context.active(), {
    startedAt: 0,
    parent: undefined,
    onEnd: () => {},
  });

test("the context of a path is that of its only call, of its node, or of the run", () => {
  const run = new OpenRun(span(), "w");
  const [node, call, other] = [span(), span(), span()];
  run.nodes.set("each[0]", node);
  expect(run.contextAt("a.b")).toBe(run.root.context);
  run.calls.set("each[0].a", "1", call);
  expect(run.contextAt("each[0].a")).toBe(call.context);
  expect(run.contextAt("each[0].ab")).toBe(node.context);
  run.calls.set("each[0].a", "2", other);
  expect(run.contextAt("each[0].a")).toBe(node.context);
  run.calls.delete("each[0].a", "2", call);
  expect(run.contextAt("each[0].a")).toBe(node.context);
  run.calls.delete("each[0].a", "2", other);
  expect(run.contextAt("each[0].a")).toBe(call.context);
});

test("finding a call takes as long with thousands of others", () => {
  const run = new OpenRun(span(), "w");
  const call = span();
  const paths = Array.from({ length: 10_000 }, (_, at) => `each[${at}].call`);
  const timed = (work: (path: string) => unknown): number => {
    const started = performance.now();
    paths.forEach((path) => work(path));
    return performance.now() - started;
  };
  const adding = timed((path) => run.calls.set(path, "1", call));
  expect(timed((path) => run.contextAt(path))).toBeLessThan(20 * adding + 50);
});
