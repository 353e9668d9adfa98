/** A JSON pointer (RFC 6901): `["nodes", 2, "a/b"]` is `/nodes/2/a~1b`. */
export function toPointer(path: readonly (string | number)[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
