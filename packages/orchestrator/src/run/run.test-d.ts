import type { Activation } from "./activation.ts";
import type { Run } from "./run.ts";

declare const run: Run;
declare const activation: Activation;
const { names } = run.events;

// What fits compiles.
run.emit(names.started, undefined, { name: "w", version: "0.1.0" });
run.emit(names.node.started, activation, {});
run.emit("budget.exceeded", undefined, { budget: "nodes", limit: 1, used: 1 });

// @ts-expect-error `version` is missing
run.emit(names.started, undefined, { name: "w" });
// @ts-expect-error a run that has failed says why
run.emit(names.failed, undefined, { durationMs: 5 });
// @ts-expect-error there is no such budget
run.emit("budget.exceeded", undefined, { budget: "days", limit: 1, used: 1 });
// @ts-expect-error there is no such event
run.emit("workflow.ended", undefined, { durationMs: 5 });
// @ts-expect-error it has no field `name`
activation.emit("human.timedOut", { request: 1, name: "ask" });
