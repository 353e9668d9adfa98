import type { PlacedStep } from "@ice/core";
import { z } from "zod";
import { decodeStored } from "./decode-stored.ts";

const storedSchema = z.strictObject({
  key: z.string(),
  value: z.json(),
  usage: z.record(z.string(), z.number()).optional(),
});

export const encodeStep = ({ key, value, usage }: PlacedStep): string => JSON.stringify({ key, value, usage });

/** @throws IceError `ICE_STORE_CORRUPT` for text that no worker has written. */
export const decodeStep = (text: string): PlacedStep => decodeStored(storedSchema, text, "a step of a node");
