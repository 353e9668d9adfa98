import { z } from "zod";
import { nodeListSchema } from "./base.ts";
import { defineNode, type ChildGroup } from "./define-node.ts";

const catchSchema = z.strictObject({
  codes: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(100)
    .optional()
    .describe("Codes of errors, or of their causes, that are caught. Default all."),
  body: nodeListSchema.describe("Nodes that run after the body has failed; a DAG."),
});

/** Name of the error in the lists that run after the body. */
const locals = ["error"] as const;

/** The group of the nodes that compensate for a node of the body. */
export const compensationKey = (id: string): string => `compensate.${id}`;

export const scopeNode = defineNode({
  type: "scope",
  description:
    "Runs a body. When it fails or is stopped, compensates for its completed nodes (`compensate`); can catch the failure; cleans up in any case (`finally`).",
  config: z.object({
    body: nodeListSchema.describe("The nodes of the scope; a DAG."),
    catch: catchSchema.optional().describe("What runs when the body has failed: if it completes, the scope completes."),
    compensate: z
      .record(z.string(), nodeListSchema)
      .optional()
      .describe(
        "Id of a node of the body → nodes that reverse its effects. After a failure or a stop they run for the completed ones, one after another, the last to end first.",
      ),
    finally: nodeListSchema.optional().describe("Nodes that run at the end, however the body ended; a DAG."),
    cancelOn: z
      .string()
      .min(1)
      .optional()
      .describe("Name of a signal that ends the body with ICE_SCOPE_CANCELLED; template allowed. It is not taken."),
    cleanupSeconds: z
      .number()
      .positive()
      .max(3600)
      .default(60)
      .describe("Time limit of all compensations together, and of `finally`, in seconds. Default 60."),
    timeoutSeconds: z
      .number()
      .positive()
      .max(31_536_000)
      .optional()
      .describe("Time limit of the body, in seconds; then it ends with ICE_NODE_TIMEOUT."),
  }),
  declares: z.object({
    output: z.unknown().describe("Output of the body's last node, or after a caught failure of that of `catch`."),
    nodes: z.record(z.string(), z.unknown()).describe("Node id → output of the body, and of `catch` if it ran."),
    error: z
      .object({
        code: z.string().describe("Its code."),
        message: z.string().describe("Its message."),
        path: z.string().describe("Path of the node that failed."),
      })
      .nullable()
      .describe("The error that was caught, else null."),
  }),
  sideEffects: "none",
  holdsSlot: false,
  caches: false,
  compensates: true,
  fields: { cancelOn: { syntax: "template" } },
  children: (node): readonly ChildGroup[] => {
    const after = { locals, sees: "body", cleanup: true } as const;
    return [
      { key: "body", keys: ["body"], nodes: node.body, locals: [] },
      ...(node.catch === undefined
        ? []
        : [
            {
              key: "catch",
              keys: ["catch", "body"],
              label: ["catch", ...(node.catch.codes ?? [])].join(" "),
              nodes: node.catch.body,
              locals,
              sees: "body",
            },
          ]),
      ...Object.entries(node.compensate ?? {}).map(([id, nodes]) => ({
        key: compensationKey(id),
        keys: ["compensate", id],
        label: `compensate ${id}`,
        nodes,
        ...after,
      })),
      ...(node.finally === undefined ? [] : [{ key: "finally", keys: ["finally"], nodes: node.finally, ...after }]),
    ];
  },
  uses: ({ compensate = {} }) => ({
    children: Object.keys(compensate).map((id) => ({ id, group: "body", keys: ["compensate", id] })),
  }),
});
