import type { JobRunner, PlacedJob, RunStore } from "@ice/core";
import type { Engine } from "../engine/engine.ts";
import type { Plan } from "../plan/plan.ts";

/** Plans that are kept, because jobs of one run follow each other. */
const maxPlans = 64;

/** Executes attempts of nodes for runs that other processes own. */
export function createJobRunner(engine: Engine): JobRunner {
  /** By tenant and hash of the document; the least recently used first. */
  const plans = new Map<string, Promise<Plan>>();
  const planOf = ({ tenant, runId, document }: PlacedJob & Pick<RunStore, "tenant">): Promise<Plan> => {
    const { store, compiler } = engine.forTenant(tenant);
    const key = `${tenant} ${document}`;
    const plan = plans.get(key) ?? store.read(runId).then((stored) => compiler.planOf(stored));
    plans.delete(key);
    plans.set(key, plan);
    plan.catch(() => plans.delete(key));
    if (plans.size > maxPlans) plans.delete(plans.keys().next().value!);
    return plan;
  };
  return {
    run: async (job, signal, onStep) =>
      engine.forTenant(job.tenant).attempt(await planOf(job), job, { signal, onStep }),
  };
}
