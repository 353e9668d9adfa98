/** A problem of a schema itself. `path` leads to the place inside the schema. */
export interface SchemaIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly fix?: string;
}
