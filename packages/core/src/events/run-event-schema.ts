import { z } from "zod";

/** The schema of an event of a run as servers send it. */
export const runEventSchema = z
  .looseObject({
    type: z.string().meta({ description: "`source.eventVerb`, in the past tense." }),
    runId: z.string(),
    at: z.number().meta({ description: "Epoch milliseconds." }),
    path: z.string().optional(),
    nodeType: z.string().optional(),
    attempt: z.int().optional(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "RunEvent" });
