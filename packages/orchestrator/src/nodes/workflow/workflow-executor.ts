import { IceError, type builtinNodes, type Json, type JsonObject } from "@ice/core";
import { namedValue } from "@ice/core/internal";
import { isReservedRunId, isRunId, runIdRule } from "../../engine/check-run-id.ts";
import { isUnrecorded } from "../../journal/store-error-kinds.ts";
import { checkDepth } from "../../run/check-depth.ts";
import type { BuiltinActivation } from "../builtin-activation.ts";

type WorkflowActivation = BuiltinActivation<typeof builtinNodes.workflow>;

/** Runs another workflow as one node. The output is that of the workflow, or the `exposedOutputs`. */
export async function executeWorkflow(activation: WorkflowActivation): Promise<unknown> {
  const { inputs, exposedOutputs, detached } = activation.config;
  if (detached) return startDetached(activation);
  const { error, output } = await activation.children.runWorkflow(inputs);
  if (error !== undefined) throw error;
  return exposedOutputs === undefined ? output : activation.evaluateInTurns("exposedOutputs", { output });
}

/** Starts a run of its own. One that this node has started before is the same. */
async function startDetached(activation: WorkflowActivation): Promise<JsonObject> {
  const { config, idempotencyKey, run, current } = activation;
  const runId = runIdOf(config.runId ?? idempotencyKey, activation);
  try {
    await detach(activation, runId);
  } catch (error) {
    // Nothing can be recorded now, so nothing is decided: a resume continues here.
    if (isUnrecorded(error)) run.onOwnershipLost(error);
    throw error;
  }
  current.check();
  activation.emit("run.detached", { runId });
  return { runId };
}

async function detach({ config, path, run, node, scope }: WorkflowActivation, runId: string): Promise<void> {
  const startedBy = { runId: run.id, path };
  const plan = node.workflow!();
  const depth = scope.frame.depth + 1;
  checkDepth(depth, plan.view.name);
  try {
    await run.detach({ plan, inputs: config.inputs, runId, startedBy, depth });
  } catch (error) {
    if (!IceError.is(error) || error.code !== "ICE_RUN_EXISTS") throw error;
    const { startedBy: starter } = await run.store.summary(runId);
    if (starter?.runId !== startedBy.runId || starter.path !== startedBy.path) throw error;
  }
}

function runIdOf(given: Json, { nodeId }: WorkflowActivation): string {
  const runId = typeof given === "number" ? String(given) : given;
  if (typeof runId === "string" && isRunId(runId)) {
    if (!isReservedRunId(runId)) return runId;
    throw new IceError("ICE_INPUT_INVALID", `The \`runId\` of node "${nodeId}" begins with \`k-\` or \`s-\`.`, {
      fix: "choose another run id: a server makes such ids for requests with a key, and for schedules",
    });
  }
  throw new IceError(
    "ICE_INPUT_INVALID",
    `The \`runId\` of node "${nodeId}" must be a run id, but is ${namedValue(given)}.`,
    {
      fix: `use ${runIdRule}`,
    },
  );
}
