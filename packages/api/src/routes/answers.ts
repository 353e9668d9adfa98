import { z } from "zod";
import type { Answer } from "./route.ts";

export const ok = (json: unknown, headers?: Answer["headers"]): Answer =>
  headers === undefined ? { status: 200, json } : { status: 200, json, headers };

export const accepted = (json: unknown): Answer => ({ status: 202, json });

/** The answer to a caller that has seen this before. */
export const notModified = (headers: Answer["headers"]): Answer => ({ status: 304, ...(headers && { headers }) });

/** Whether `If-None-Match` names the tag. */
export const hasSeen = (headers: Headers, tag: string): boolean => {
  const seen = headers.get("if-none-match");
  if (seen === null) return false;
  return seen.trim() === "*" || seen.split(",").some((one) => one.trim().replace(/^W\//, "") === tag);
};

/** A page of a list. */
export const pageSchema = (name: string, entry: z.ZodType): z.ZodType =>
  z.looseObject({
    [name]: z.array(entry),
    next: z.string().nullable().meta({ description: "The cursor of the next page; null on the last one." }),
  });

export const loose = z.looseObject({});
