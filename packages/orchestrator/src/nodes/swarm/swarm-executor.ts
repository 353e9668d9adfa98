import { seekConsensus } from "./consensus.ts";
import { workHierarchically } from "./hierarchical.ts";
import { holdMarket } from "./marketplace.ts";
import { SwarmSession, type SwarmActivation, type SwarmVerdict } from "./swarm-session.ts";

/** Runs several agents on one task, by the strategy of the node. The transcript contains all their answers. */
export async function executeSwarm(activation: SwarmActivation): Promise<unknown> {
  const session = new SwarmSession(activation);
  const strategy = activation.config.coordinationStrategy;
  const verdict = await strategies[strategy](session);
  return { ...verdict, strategy, agents: session.summary(), transcript: session.transcript };
}

const strategies = {
  consensus: seekConsensus,
  hierarchical: workHierarchically,
  marketplace: holdMarket,
} satisfies Record<SwarmActivation["config"]["coordinationStrategy"], (session: SwarmSession) => Promise<SwarmVerdict>>;
