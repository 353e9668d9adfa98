import { articled } from "../errors/articled.ts";
import type { IceErrorCode } from "../errors/codes.ts";
import { IceError } from "../errors/ice-error.ts";
import { listNames, shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";

/** Things found by name: node types, tools, agents. Names are data, so look-ups are own-key only. */
export interface NamedRegistry<T> {
  /**
   * @param by - who registers it, for `describe()` and for errors.
   * @throws IceError `ICE_PLUGIN_INVALID` for a value that is none of its kind or has no name, `ICE_PLUGIN_DUPLICATE`,
   *   `ICE_RUNTIME_SEALED`.
   */
  register(name: string, value: T, by?: string): void;
  get(name: string): T | undefined;
  /** @throws IceError with the registry's "unknown" code and a did-you-mean. */
  require(name: string): T;
  names(): string[];
  entries(): IterableIterator<[string, T]>;
  /** Who registered `name`. */
  registeredBy(name: string): string | undefined;
  /** Remembers what is registered. The function that it returns forgets what came after that. */
  checkpoint(): () => void;
}

export interface NamedRegistryOptions<T> {
  /** What an entry is called in messages: `node type`. */
  readonly noun: string;
  readonly unknownCode: IceErrorCode;
  readonly isSealed: () => boolean;
  /** What is wrong with a value, as in ``has no function `run` ``; undefined when it is sound. Callers may not be type-checked. */
  readonly lacks: (value: T) => string | undefined;
  /** How a value is made. */
  readonly make: string;
}

export function createNamedRegistry<T>(options: NamedRegistryOptions<T>): NamedRegistry<T> {
  const { noun, unknownCode } = options;
  const values = new Map<string, T>();
  const owners = new Map<string, string>();
  return {
    register(name, value, by = "application") {
      checkEntry(name, value, by, options);
      if (values.has(name)) {
        const registeredBy = owners.get(name);
        throw new IceError(
          "ICE_PLUGIN_DUPLICATE",
          `The ${noun} "${name}" of ${by} is registered already, by ${registeredBy}.`,
          { fix: "choose another name, or remove one of the two", details: { name, by, registeredBy } },
        );
      }
      values.set(name, value);
      owners.set(name, by);
    },
    get: (name) => values.get(name),
    require(name) {
      const value = values.get(name);
      if (value !== undefined) return value;
      const near = didYouMean(name, values.keys());
      throw new IceError(
        unknownCode,
        `There is no ${noun} "${shorten(name)}". Registered: ${listNames(values.keys()) || "none"}.`,
        {
          fix: near || `register ${articled(noun)} of this name`,
          details: { name },
        },
      );
    },
    names: () => [...values.keys()],
    entries: () => values.entries(),
    registeredBy: (name) => owners.get(name),
    checkpoint() {
      const before = new Set(values.keys());
      return () => {
        for (const name of values.keys()) if (!before.has(name) && values.delete(name)) owners.delete(name);
      };
    },
  };
}

/** Refuses an entry that is none of its kind, and any entry after start-up. */
function checkEntry<T>(
  name: string,
  value: T,
  by: string,
  { noun, isSealed, lacks, make }: NamedRegistryOptions<T>,
): void {
  if (typeof name !== "string" || name === "")
    throw new IceError("ICE_PLUGIN_INVALID", `${capital(articled(noun))} of ${by} is registered without its name.`, {
      fix: `give the name first, as in register(it.name, it), and make it with ${make}`,
    });
  const lacking = typeof value === "object" && value !== null ? lacks(value) : `is no object`;
  if (lacking !== undefined)
    throw new IceError("ICE_PLUGIN_INVALID", `The ${noun} "${shorten(name)}" of ${by} ${lacking}.`, {
      fix: `make it with ${make}`,
      details: { name, by },
    });
  if (isSealed()) throw afterStartUp(noun, name);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Registries and services are closed once start-up has ended. @param noun - of what came too late: `tool`. */
export const afterStartUp = (noun: string, name: string): IceError =>
  new IceError("ICE_RUNTIME_SEALED", `The ${noun} "${name}" came after start-up.`, {
    fix: "register it before initializeOrchestrator() ends: earlier, or in a plugin",
    details: { name },
  });
