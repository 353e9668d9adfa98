import type { Json } from "@ice/core";
import type { SwarmSession, SwarmVerdict } from "./swarm-session.ts";

/**
 * Rounds of proposals, which see those of the previous round, each followed by a vote, until one proposal has the threshold's
 * share of all members' votes. A vote is a role, or `{ vote: role }`; anything else is an abstention. Without consensus, the
 * result is the proposal with most votes in the last round, the first listed of equals.
 */
export async function seekConsensus(session: SwarmSession): Promise<SwarmVerdict> {
  const { maxRounds, consensusThreshold } = session.activation.config;
  const { members } = session;
  let previous: { role: string; proposal: Json; votes: number }[] = [];
  for (let round = 1; ; round += 1) {
    const proposals = await session.askAll(members, round, "propose", () => ({ previous }));
    const offered = members.map(({ role }, index) => ({ role, proposal: proposals[index]! }));
    const answers = await session.askAll(members, round, "vote", () => ({ proposals: offered }));
    const votes = offered.map(({ role }) => answers.filter((answer) => roleVotedFor(answer) === role).length);
    const most = Math.max(...votes);
    const best = votes.indexOf(most);
    previous = offered.map((offer, index) => ({ ...offer, votes: votes[index]! }));
    session.roundCompleted({
      round,
      proposals: previous,
      votes: Object.fromEntries(members.map(({ role }, index) => [role, roleVotedFor(answers[index]!)])),
    });
    const converged = most / members.length >= consensusThreshold;
    if (converged || round === maxRounds) return { result: proposals[best]!, rounds: round, converged };
  }
}

function roleVotedFor(answer: Json): string | null {
  const vote = typeof answer === "object" && answer !== null && "vote" in answer ? answer["vote"] : answer;
  return typeof vote === "string" ? vote : null;
}
