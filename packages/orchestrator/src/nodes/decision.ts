import type { Json } from "@ice/core";
import type { Run } from "../run/run.ts";

/** Recorded once enough branches or items have completed: their indexes. A resume keeps the winners. */
export interface Decision {
  readonly winners: readonly number[];
}

/** The part of an activation that is needed. */
interface Deciding {
  readonly run: Pick<Run, "activity">;
  readonly checkpointed: Json | undefined;
  checkpoint(value: Json): Promise<void> | undefined;
}

export const decisionOf = ({ checkpointed }: Deciding): Decision | undefined =>
  checkpointed as unknown as Decision | undefined;

/** Records a decision, as a JSON value. Returns once it is durable; the run is not suspended meanwhile. */
export async function keepDecision(activation: Deciding, decision: object): Promise<void> {
  const { activity } = activation.run;
  activity.begin();
  try {
    await activation.checkpoint(decision as Json);
  } finally {
    activity.end();
  }
}
