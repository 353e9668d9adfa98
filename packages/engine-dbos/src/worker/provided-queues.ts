import { maxRequiredTogether } from "@ice/core/internal";

/** Names that one worker provides, at most: it listens to a queue for each combination. */
export const maxProvided = 6;

/** The queues of everything that can be required of a worker. @param provides - sorted. */
export function queuesOf(provides: readonly string[]): readonly string[] {
  let sets: readonly (readonly string[])[] = [[]];
  for (const name of provides)
    sets = [...sets, ...sets.filter((set) => set.length < maxRequiredTogether).map((set) => [...set, name])];
  return sets.filter((set) => set.length > 0).map((set) => set.join("+"));
}
