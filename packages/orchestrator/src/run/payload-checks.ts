import type { JsonObject, Signal } from "@ice/core";
import { compileJsonSchema, type JsonSchemaValidator, type TimeSlice } from "@ice/core/internal";

/** Whether the payload of a signal fits a wait. */
export interface PayloadCheck {
  fits(signal: Signal): boolean;
  /** Checks signals with pauses, so that `fits` knows them. Undefined if none was necessary. */
  prepare(signals: readonly Signal[]): Promise<void> | undefined;
}

const anyPayload: PayloadCheck = { fits: () => true, prepare: () => undefined };

/** Checks payloads once for all waits with the same schema: a thousand waits of a loop have the same one. */
export class PayloadChecks {
  readonly #slice: TimeSlice;
  readonly #bySchema = new Map<string, PayloadCheck>();

  constructor(slice: TimeSlice) {
    this.#slice = slice;
  }

  /** @param schema - null: every payload fits. */
  of(schema: JsonObject | null): PayloadCheck {
    if (schema === null) return anyPayload;
    const text = JSON.stringify(schema);
    const known = this.#bySchema.get(text);
    if (known !== undefined) return known;
    const check = checkOf(schema, this.#slice);
    this.#bySchema.set(text, check);
    return check;
  }
}

function checkOf(schema: JsonObject, slice: TimeSlice): PayloadCheck {
  const verdicts = new WeakMap<Signal, boolean>();
  let validator: JsonSchemaValidator | undefined;
  const fits = (signal: Signal): boolean => {
    const known = verdicts.get(signal);
    if (known !== undefined) return known;
    const { ok } = (validator ??= compileJsonSchema(schema)).validate(signal.value);
    verdicts.set(signal, ok);
    return ok;
  };
  const inTurns = async (signals: readonly Signal[]): Promise<void> => {
    for (const signal of signals) {
      if (slice.isOver()) await slice.next();
      fits(signal);
    }
  };
  return {
    fits,
    prepare(signals) {
      for (const [index, signal] of signals.entries()) {
        if (slice.isOver()) return inTurns(signals.slice(index));
        fits(signal);
      }
      return undefined;
    },
  };
}
