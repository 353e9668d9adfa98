import { cel, t, workflow } from "@ice/builder";
import { defineTool } from "@ice/core";
import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { z } from "zod";

const multiply = defineTool({
  name: "multiply",
  sideEffects: "none",
  args: z.object({ a: z.number(), b: z.number() }),
  output: z.object({ product: z.number(), text: z.string() }),
  run: ({ a, b }) => ({ product: a * b, text: `${a} × ${b} = ${a * b}` }),
});

const { runtime, close } = await initializeOrchestrator({ tools: [multiply] });

const { name, nodes, ...rest } = workflow("times-table")
  .loop(
    "rows",
    () => cel<number[]>`[1, 2, 3]`,
    (row) =>
      row.loop(
        "cells",
        () => cel<number[]>`[1, 2, 3]`,
        // The inner loop's item hides the outer one's, so the row is found through its index.
        (cell) => cell.tool("cell", multiply, ({ item, index }) => ({ a: item, b: cel<number>`${index} + 1` })),
        { itemOutput: ({ cell }) => cell.text },
      ),
    { parallel: true },
  )
  .tool("last", multiply, () => ({ a: 3, b: 3 }))
  .outputs(({ rows, last }) => ({ rows, summary: t`the last one: ${last.text}` }))
  .build();

const result = await new Workflow(nodes, { name, ...rest, runtime }).execute();
console.log(JSON.stringify(result.output, null, 2));
await close();
