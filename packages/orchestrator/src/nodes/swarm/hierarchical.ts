import type { Json } from "@ice/core";
import { isPlainObject } from "@ice/core/internal";
import type { SwarmSession, SwarmVerdict } from "./swarm-session.ts";

/**
 * The first member plans, the others work concurrently, the first summarises. If the plan has `assignments` (role → task), each
 * worker gets its own task, otherwise the whole plan.
 */
export async function workHierarchically(session: SwarmSession): Promise<SwarmVerdict> {
  const [leader, ...workers] = session.members;
  const roles = workers.map(({ role }) => role);
  const plan = await session.ask(leader!, 1, "plan", { workers: roles });
  session.note(1, "plan", leader!, plan);
  const outputs = await session.askAll(workers, 1, "work", ({ role }) => ({
    plan,
    assignment: assignmentOf(plan, role),
  }));
  const results = workers.map(({ role }, index) => ({ role, output: outputs[index]! }));
  const result = await session.ask(leader!, 1, "synthesise", { plan, results });
  session.note(1, "synthesise", leader!, result);
  session.roundCompleted({ round: 1, leader: leader!.role, workers: roles });
  return { result, rounds: 1, converged: true };
}

function assignmentOf(plan: Json, role: string): Json {
  const assignments = isPlainObject(plan) ? plan["assignments"] : undefined;
  return isPlainObject(assignments) && Object.hasOwn(assignments, role) ? assignments[role]! : plan;
}
