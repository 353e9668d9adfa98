import { TypeOverrides } from "pg";
import { fromStoredText } from "./stored-text.ts";

/** Numbers of types (https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat). */
const [int8, text, textArray] = [20, 25, 1009];

/** How values of the store are read: 64-bit integers are counts and ids far below 2^53, and texts stand in it as `toStoredText` makes them. */
export function storedTypes(): TypeOverrides {
  const types = new TypeOverrides();
  // Its declared type is that of a parser that is chosen by a number.
  const toTexts = types.getTypeParser(textArray) as unknown as (array: string) => (string | null)[];
  types.setTypeParser(int8, Number);
  types.setTypeParser(text, fromStoredText);
  types.setTypeParser(textArray, (array) => toTexts(array).map((one) => one && fromStoredText(one)));
  return types;
}
