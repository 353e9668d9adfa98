import type { ChildNode } from "@ice/core";

// Nodes of the workflows that are killed. All effects are lines in the file of effects.

export const node = (id: string, type: string, fields: object = {}): ChildNode => ({ id, type, ...fields });
export const effect = (id: string, toolArgs: object = {}, more: object = {}): ChildNode =>
  node(id, "tool", { toolName: "effect", toolArgs, ...more });
export const send = (id: string, name: string, more: object = {}): ChildNode =>
  node(id, "tool", { toolName: "signal", toolArgs: { name }, ...more });
export const fail = (more: object = {}): ChildNode =>
  node("f", "tool", { toolName: "fail", toolArgs: { code: "OOPS", retryable: false }, ...more });
export const after = (...dependencies: string[]): { dependencies: string[] } => ({ dependencies });

/** Longer than any test takes. */
const forever = 120_000;
export const endless = (id: string, more: object = {}): ChildNode => effect(id, { ms: forever }, more);

/** A scope of two effects and what follows them; both are compensated, and it cleans up. */
export const saga = (last: readonly ChildNode[], more: object = {}): ChildNode =>
  node("s", "scope", {
    body: [effect("a"), effect("b", {}, after("a")), ...last],
    compensate: { a: [effect("undoA")], b: [effect("undoB")] },
    finally: [effect("free")],
    ...more,
  });

/** The same without an end of its own. It sends a signal when both effects have completed. */
export const endlessSaga = (more: object = {}): ChildNode =>
  saga([send("report", "done", after("b")), endless("slow", after("report"))], more);
export const whenDone = (more: object = {}): ChildNode => node("ready", "wait", { signal: "done", ...more });
