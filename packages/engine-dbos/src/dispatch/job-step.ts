import { IceError, type PlacedStep } from "@ice/core";
import { z } from "zod";

const storedSchema = z.strictObject({
  key: z.string(),
  value: z.json(),
  usage: z.record(z.string(), z.number()).optional(),
});

export const encodeStep = ({ key, value, usage }: PlacedStep): string => JSON.stringify({ key, value, usage });

/** @throws IceError `ICE_INTERNAL` for text that no worker has written. */
export function decodeStep(text: string): PlacedStep {
  const { success, data } = storedSchema.safeParse(JSON.parse(text));
  if (!success) throw new IceError("ICE_INTERNAL", "A step of a node on another worker is malformed.");
  return data;
}
