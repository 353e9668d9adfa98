import type { builtinNodes, ChildrenResult, Json, JsonObject } from "@ice/core";
import { runAgent } from "../agent/run-agent.ts";
import type { BuiltinActivation } from "../builtin-activation.ts";

type RecursiveActivation = BuiltinActivation<typeof builtinNodes.recursive>;
type State = { readonly state: Json; readonly iteration: number };

/** One iteration: its result and, if it has any, the children in whose scope the condition is evaluated. */
type Iterated = { readonly state: Json; readonly children?: ChildrenResult };
type Iterate = (before: State) => Promise<Iterated>;

/** Repeats until the condition is true for the new state, at most `maxIterations` times. */
export async function executeRecursive(activation: RecursiveActivation): Promise<unknown> {
  const { initialState = null, maxIterations } = activation.config;
  const { current } = activation;
  const iterate = iterationOf(activation);
  const kept = activation.checkpointed as State | undefined;
  let state = initialState;
  for (let iteration = kept?.iteration ?? 0; iteration < maxIterations; iteration += 1) {
    current.check();
    const result: Iterated =
      iteration === kept?.iteration ? { state: kept.state } : await iterate({ state, iteration });
    state = result.state;
    const locals = { state, iteration };
    const evaluate = result.children?.evaluate ?? activation.evaluate;
    if (evaluate("convergenceCondition", locals) === true)
      return { output: state, iterations: iteration + 1, converged: true, reason: "conditionMet" };
  }
  return { output: state, iterations: maxIterations, converged: false, reason: "maxIterations" };
}

function iterationOf(activation: RecursiveActivation): Iterate {
  const { workflowRef, agentPackage } = activation.config;
  if (workflowRef !== undefined) return (before) => runSubWorkflow(activation, before);
  if (agentPackage !== undefined)
    return async (before) => {
      const agent = activation.run.runtime.agents.require(agentPackage);
      const keyPrefix = `i${before.iteration}/`;
      const { output: state } = await runAgent(activation, { agent, input: before, keyPrefix });
      // An agent is not a node with its own outcome, so its iterations are recorded here.
      void activation.checkpoint({ iteration: before.iteration, state });
      return { state };
    };
  return async (before) => {
    const children = await activation.runChildren("body", { index: before.iteration, locals: before });
    if (children.error !== undefined) throw children.error;
    return { state: children.output, children };
  };
}

async function runSubWorkflow(activation: RecursiveActivation, before: State): Promise<{ state: Json }> {
  const inputs =
    activation.config.inputs === undefined
      ? before
      : ((await activation.evaluateInTurns("inputs", before)) as JsonObject);
  const { error, output } = await activation.children.runWorkflow({ ...inputs }, before.iteration);
  if (error !== undefined) throw error;
  return { state: output };
}
