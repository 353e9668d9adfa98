import type { Prepare } from "./prepare.ts";

/** The code without an engine: a promise per node that waits for those of its dependencies. */
export const preparePromises: Prepare = async ({ dependencies }, body) => {
  return () => {
    const promises: Promise<object>[] = [];
    for (const [node, before] of dependencies.entries())
      promises.push(
        before.length === 0
          ? body(node)
          : Promise.all(before.map((dependency) => promises[dependency]!)).then(() => body(node)),
      );
    return Promise.all(promises);
  };
};
