/** The path from a value to a part of it: keys of objects and indices of lists. */
export type Keys = readonly (string | number)[];

/** A JSON pointer (RFC 6901): `["nodes", 2, "a/b"]` is `/nodes/2/a~1b`. */
export function toPointer(keys: Keys): string {
  return keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The keys of a JSON pointer, all as strings: `/nodes/2/a~1b` is `["nodes", "2", "a/b"]`. */
export const fromPointer = (pointer: string): readonly string[] => pointer.split("/").slice(1).map(unescapeKey);

/** A key, escaped for a pointer. */
export const unescapeKey = (key: string): string => key.replaceAll("~1", "/").replaceAll("~0", "~");
