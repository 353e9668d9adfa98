import type { Json } from "@ice/core";
import type { SwarmSession, SwarmVerdict } from "./swarm-session.ts";

/**
 * Every member bids for the task; the highest bidder executes it, the first listed of equals. A bid is a number, or `{ bid:
 * number }`; anything else is no bid. Without bids, no member executes the task, and the result is null.
 */
export async function holdMarket(session: SwarmSession): Promise<SwarmVerdict> {
  const { members } = session;
  const answers = await session.askAll(members, 1, "bid", () => ({}));
  const bids = answers.map(amountOf);
  const best = bids.reduce<number | undefined>(
    (winner, bid, index) => (bid !== null && (winner === undefined || bid > bids[winner]!) ? index : winner),
    undefined,
  );
  const winner = best === undefined ? undefined : members[best]!;
  session.roundCompleted({
    round: 1,
    bids: Object.fromEntries(members.map(({ role }, index) => [role, bids[index]!])),
    winner: winner?.role ?? null,
  });
  if (winner === undefined) return { result: null, rounds: 1, converged: false };
  const result = await session.ask(winner, 1, "execute", { bid: answers[best!]! });
  session.note(1, "execute", winner, result);
  return { result, rounds: 1, converged: true };
}

function amountOf(answer: Json): number | null {
  const bid = typeof answer === "object" && answer !== null && "bid" in answer ? answer["bid"] : answer;
  return typeof bid === "number" ? bid : null;
}
