import { createHash } from "node:crypto";

/** Something that is offered as a tool. */
export interface NamedEntry {
  readonly name: string;
}

/** Maximum number of characters of a name. */
const maxLength = 64;
const digits = 6;

/**
 * Gives each entry a name that MCP clients accept: letters, digits, `_` and `-`, at most 64. Of several that would have the same one,
 * the entry that is called so keeps it, and the others end in `_` and six digits of a hash of their own name. So a name changes with no
 * entry but those that it would collide with.
 *
 * @param entries - an earlier one has precedence over a later one with the same own name.
 */
export function nameTools<Entry extends NamedEntry>(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  const uses = new Map<string, number>();
  for (const { name } of entries) uses.set(plainName(name), (uses.get(plainName(name)) ?? 0) + 1);
  const named = new Map<string, Entry>();
  const colliding: Entry[] = [];
  for (const entry of entries) {
    const plain = plainName(entry.name);
    const keeps = uses.get(plain) === 1 || (plain === entry.name && !named.has(plain));
    if (keeps) named.set(plain, entry);
    else colliding.push(entry);
  }
  for (const entry of colliding) named.set(hashedName(entry.name, named), entry);
  return named;
}

const plainName = (name: string): string => name.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, maxLength);

function hashedName(name: string, taken: ReadonlyMap<string, unknown>): string {
  const start = plainName(name).slice(0, maxLength - digits - 1);
  // Two hashes of so few digits may be equal.
  for (let salt = 0; ; salt += 1) {
    const hash = createHash("sha256")
      .update(salt === 0 ? name : `${name}\n${salt}`)
      .digest("hex");
    const found = `${start}_${hash.slice(0, digits)}`;
    if (!taken.has(found)) return found;
  }
}
