import type { SystemDatabase } from "@dbos-inc/dbos-sdk/internal/system_database";

type Claims = Pick<
  SystemDatabase,
  "getQueuePartitions" | "findAndMarkStartableWorkflows" | "countRunningWorkflowsForPartition"
>;

/** One poll of a queue. */
interface Poll {
  /** Tenants that wait and were not asked yet. */
  readonly turns: string[];
  /** Those that took all that they might: they may have more. */
  readonly cut: string[];
}

/** The order in which tenants get free slots of a worker: those of whom it executes least come first, equals in a random order. */
function turnsOf(running: ReadonlyMap<string, number>, random: () => number): string[] {
  const turns = [...running].map(([tenant, count]) => ({ tenant, count, chance: random() }));
  return turns.toSorted((a, b) => a.count - b.count || a.chance - b.chance).map(({ tenant }) => tenant);
}

/**
 * Divides the free slots of a worker among the tenants that wait. DBOS asks them in a random order, and the first one that has enough
 * runs takes all slots; so a run would wait for several polls because another tenant has many. Here each tenant may take an equal part,
 * and what some leave is taken by the others.
 *
 * @param prototype - of the class that takes entries from queues.
 * @returns restores the class.
 */
export function takeTurns(prototype: Claims, random: () => number = Math.random): () => void {
  const { getQueuePartitions: list, findAndMarkStartableWorkflows: claim } = prototype;
  const polls = new Map<string, Poll>();
  prototype.getQueuePartitions = async function tenantsOf(queue) {
    const tenants = await list.call(this, queue);
    const running = new Map(tenants.map((tenant) => [tenant, this.countRunningWorkflowsForPartition(queue, tenant)]));
    polls.set(queue, { turns: turnsOf(running, random), cut: [] });
    return tenants;
  };
  prototype.findAndMarkStartableWorkflows = async function claimSome(...given) {
    const [queue, executor, version, asked, running = 0, , xid] = given;
    const { name, workerConcurrency: slots } = queue;
    // As many tenants are asked as were listed, so each of them has its turn.
    const { turns, cut } = polls.get(name) ?? { turns: [], cut: [] };
    const tenant = turns.shift();
    if (asked === undefined || tenant === undefined || slots === undefined) return claim.apply(this, given);
    const claimed: string[] = [];
    const take = async (one: string, part: number): Promise<void> => {
      const used = running + claimed.length;
      const share = Math.ceil((slots - used) / part);
      const limited = Object.assign(Object.create(Object.getPrototypeOf(queue) as object), queue, {
        workerConcurrency: used + share,
      }) as typeof queue;
      const own = this.countRunningWorkflowsForPartition(name, one);
      const ids = await claim.call(this, limited, executor, version, one, used, own, xid);
      claimed.push(...ids);
      if (part > 1 && ids.length === share) cut.push(one);
    };
    await take(tenant, turns.length + 1);
    if (turns.length > 0) return claimed;
    try {
      while (cut.length > 0 && running + claimed.length < slots) await take(cut.shift()!, cut.length + 1);
    } catch {
      // What was claimed before is executed; the next poll tries again.
    }
    return claimed;
  };
  return () => Object.assign(prototype, { getQueuePartitions: list, findAndMarkStartableWorkflows: claim });
}
