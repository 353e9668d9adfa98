import type { Builtin, Builtins } from "./builtin.ts";
import { conversionFunctions } from "./conversions.ts";
import { base64Functions, encodingFunctions, encodingMethods } from "./encodings.ts";
import { listFunctions, listMethods } from "./lists.ts";
import { numberFunctions } from "./numbers.ts";
import { optionalFunctions, optionalMethods } from "./optionals.ts";
import { stringFunctions, stringMethods } from "./strings.ts";
import { timeMethods } from "./times.ts";

export type { Builtin } from "./builtin.ts";

const tableOf = (...tables: readonly Builtins[]): ReadonlyMap<string, Builtin> =>
  new Map(tables.flatMap((table) => Object.entries(table)));

/** `f(x)`, by name. `has` is compiled separately. */
export const functions = tableOf(
  numberFunctions,
  listFunctions,
  stringFunctions,
  conversionFunctions,
  encodingFunctions,
);

/** `x.f()`, by name; the first argument is `x`. Comprehensions, `or` and `orValue` are compiled separately. */
export const methods = tableOf(stringMethods, listMethods, timeMethods, encodingMethods, optionalMethods);

/** `base64.encode(x)`, `optional.of(x)`: by their full names. */
export const namespaces = tableOf(base64Functions, optionalFunctions);
