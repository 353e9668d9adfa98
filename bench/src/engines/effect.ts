import { Deferred, Effect } from "effect";
import type { Prepare } from "./prepare.ts";

/** A fiber per node, which waits for the deferreds of its dependencies and completes its own. */
export const prepareEffect: Prepare = async ({ dependencies }, body) => {
  const program = Effect.gen(function* () {
    const ended = yield* Effect.all(dependencies.map(() => Deferred.make<object>()));
    const fibers = dependencies.map((before, node) =>
      Effect.gen(function* () {
        for (const dependency of before) yield* Deferred.await(ended[dependency]!);
        yield* Deferred.succeed(ended[node]!, yield* Effect.promise(() => body(node)));
      }),
    );
    yield* Effect.all(fibers, { concurrency: "unbounded", discard: true });
  });
  return () => Effect.runPromise(program);
};
