/** Names that one worker provides, at most: it listens to a queue for each combination. */
export const maxProvided = 6;

/** Most names that a node and what is around it require together: a worker takes from no queue of more. */
export const maxTogether = 4;

/** The queues of everything that can be required of a worker. @param provides - sorted. */
export function queuesOf(provides: readonly string[]): readonly string[] {
  let sets: readonly (readonly string[])[] = [[]];
  for (const name of provides)
    sets = [...sets, ...sets.filter((set) => set.length < maxTogether).map((set) => [...set, name])];
  return sets.filter((set) => set.length > 0).map((set) => set.join("+"));
}
