import { nodeStatusSchema, observedStatusSchema, type NodeStatus, type ObservedStatus } from "@ice/core";
import { z } from "zod";

// Fields of queries: texts that stand for something else.

/** How the OpenAPI document describes a text that stands for a number. */
const writtenAs = (schema: Readonly<Record<string, unknown>>) => {
  return ({ jsonSchema }: { readonly jsonSchema: object }): void => {
    Object.assign(jsonSchema, { pattern: undefined }, schema);
  };
};

/** An integer in its plain form. */
export const integerField = (min: number, max: number, description: string) =>
  z
    .string()
    .regex(/^(0|[1-9]\d{0,9})$/, "has to be an integer")
    .transform(Number)
    .refine((value) => value >= min && value <= max, `has to be from ${min} to ${max}`)
    .meta({ description, override: writtenAs({ type: "integer", minimum: min, maximum: max }) });

/** The query of a page. */
export const pageFields = {
  limit: integerField(1, 200, "Entries of the page. Default 50.").optional(),
  cursor: z.string().max(2000).optional().meta({ description: "The `next` of the page before." }),
};

/** Seconds, also parts of one. */
export const secondsField = (max: number, description: string) =>
  z
    .string()
    .regex(/^\d{1,4}(\.\d{1,3})?$/, "has to be a number of seconds")
    .transform(Number)
    .refine((value) => value <= max, `has to be from 0 to ${max}`)
    .meta({ description, override: writtenAs({ type: "number", minimum: 0, maximum: max }) });

/** A moment: epoch milliseconds, or a date and time with a time zone. */
export const momentField = (description: string) =>
  z
    .string()
    .regex(/^(\d{1,15}|\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2}))$/, "has to be a time")
    .transform((text) => (/^\d+$/.test(text) ? Number(text) : Date.parse(text)))
    .refine(Number.isFinite, "has to be a time")
    .meta({ description: `${description} Epoch milliseconds, or a date and time.`, override: { type: "string" } });

const listOf = <Value extends string>(known: readonly Value[], description: string) =>
  z
    .string()
    .transform((text) => text.split(","))
    .refine((names) => names.every((name) => known.includes(name as Value)), `has to be some of ${known.join(", ")}`)
    .transform((names) => names as Value[])
    .meta({ description, override: { type: "string" } });

/** Statuses of runs, separated by commas. */
export const runStatusesField = listOf<ObservedStatus>(observedStatusSchema.options, "Statuses, separated by commas.");

/** Statuses of nodes, separated by commas. */
export const nodeStatusesField = listOf<NodeStatus>(nodeStatusSchema.options, "Statuses, separated by commas.");
