import { useState } from "react";
import type { Json } from "../api/types.ts";
import { collect, remaining } from "./collect.ts";
import type { Entered, Field } from "./fields.ts";

interface FormState {
  readonly entered: Entered;
  readonly setEntered: (change: Entered | ((before: Entered) => Entered)) => void;
  /** Undefined: nothing was entered. */
  readonly value: Json | undefined;
  /** Of the last check, as far as they are still there. */
  readonly problems: ReadonlyMap<string, string>;
  /** Shows what is missing. @returns whether nothing is. */
  check(): boolean;
}

const nothing: ReadonlyMap<string, string> = new Map();

/** @param initial - called once. */
export function useForm(field: Field, initial: () => Entered): FormState {
  const [entered, setEntered] = useState(initial);
  const [shown, setShown] = useState(nothing);
  const { value, problems: found } = collect(field, entered);
  return {
    entered,
    setEntered,
    value,
    problems: remaining(shown, found),
    check() {
      setShown(found);
      return found.size === 0;
    },
  };
}
