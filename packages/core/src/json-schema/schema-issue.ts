import type { Keys } from "../json/json-pointer.ts";
/** A problem of a schema itself. `keys` is its position inside the schema. */
export interface SchemaIssue {
  readonly keys: Keys;
  readonly message: string;
  readonly fix?: string;
}
