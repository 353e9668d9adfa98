import type { Keys } from "../json/json-pointer.ts";
/** A problem of a schema itself. `keys` lead to the place inside the schema. */
export interface SchemaIssue {
  readonly keys: Keys;
  readonly message: string;
  readonly fix?: string;
}
