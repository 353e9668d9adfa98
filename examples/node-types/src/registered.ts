import { cel, workflow } from "@ice/builder";
import { defineAgent, defineTool } from "@ice/core";
import { z } from "zod";

/** The built-in tool `echo`, which returns its arguments, with the types that an example gives them. */
export function echo<Args extends z.ZodRawShape>(shape: Args) {
  const args = z.object(shape);
  return defineTool({ name: "echo", args, output: args, run: (given) => given as z.output<typeof args> });
}

/** The built-in tools `fail` and `signal`; their types are all that the builder needs. */
export const fail = defineTool({
  name: "fail",
  args: z.object({ code: z.string(), message: z.string() }),
  run: () => null,
});
export const signal = defineTool({
  name: "signal",
  args: z.object({ name: z.string(), payload: z.object({ amount: z.number() }) }),
  run: () => null,
});

/** The first sentence of a text. */
export const shortener = defineAgent({
  name: "shortener",
  run: ({ input }) => String(input).split(". ")[0],
});

/** Gives the next state of a recursion. */
export const halver = defineAgent({
  name: "halver",
  run({ input }) {
    const { state } = input as { state: { n: number } };
    return { n: state.n / 2 };
  },
});

/** A member of a swarm: proposes the shop of its configuration, and votes for the lowest price. */
export const buyer = defineAgent({
  name: "buyer",
  run({ input, config }) {
    const { phase, proposals = [] } = input as {
      phase: "propose" | "vote";
      proposals?: readonly { role: string; proposal: { price: number } }[];
    };
    if (phase === "propose") return config;
    return proposals.toSorted((one, other) => one.proposal.price - other.proposal.price)[0]?.role ?? null;
  },
});

/** The workflow that others call. */
export const double = workflow("double", { inputs: z.object({ n: z.number() }) })
  .tool("twice", echo({ n: z.number() }), ({ inputs }) => ({ n: cel<number>`${inputs.n} * 2` }))
  .outputs(({ twice }) => ({ n: twice.n }))
  .build();
