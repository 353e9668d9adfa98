/**
 * Words of CEL and names of its types (https://github.com/google/cel-spec/blob/master/doc/langdef.md). A node with such an id
 * could not be named in an expression, or would be hidden by the type without an error.
 */
export const celReservedWords: ReadonlySet<string> = new Set(
  (
    "true false null in as break const continue else for function if import let loop package namespace return var void while " +
    "bool bytes cel double google int list map null_type optional string type uint"
  ).split(" "),
);
