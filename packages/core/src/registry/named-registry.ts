import { articled } from "../errors/articled.ts";
import type { IceErrorCode } from "../errors/codes.ts";
import { IceError } from "../errors/ice-error.ts";
import { listNames, shorten } from "../errors/shorten.ts";
import { didYouMean } from "../errors/suggest.ts";

/** Entries by name: node types, tools, agents. Names are untrusted, so only own keys are looked up. */
export interface NamedRegistry<T> {
  /**
   * @param by - the plugin or package that registers it, for `describe()` and errors.
   * @throws IceError `ICE_PLUGIN_INVALID` for an invalid value or name, `ICE_PLUGIN_DUPLICATE`, `ICE_RUNTIME_SEALED`.
   */
  register(name: string, value: T, by?: string): void;
  get(name: string): T | undefined;
  /**
   * Says why a name that is not registered is missing, where the reason is known: its own error takes the place of the registry's.
   *
   * @param explain - undefined for a name that it knows nothing of.
   */
  explainMissing(explain: (name: string) => IceError | undefined): void;
  /** That reason. */
  whyMissing(name: string): IceError | undefined;
  /** @throws IceError with the registry's "unknown" code and a suggestion. */
  require(name: string): T;
  names(): string[];
  entries(): IterableIterator<[string, T]>;
  /** The plugin or package that registered `name`. */
  registeredBy(name: string): string | undefined;
  /** Returns a function that removes everything registered after this call. */
  checkpoint(): () => void;
}

export interface NamedRegistryOptions<T> {
  /** Noun for an entry in messages: `node type`. */
  readonly noun: string;
  readonly unknownCode: IceErrorCode;
  readonly isSealed: () => boolean;
  /** The problem of a value, as in ``has no function `run` ``; undefined if it is valid. Callers may not be type-checked. */
  readonly lacks: (value: T) => string | undefined;
  /** How to create a value, for fixes. */
  readonly make: string;
}

export function createNamedRegistry<T>(options: NamedRegistryOptions<T>): NamedRegistry<T> {
  const { noun, unknownCode } = options;
  const values = new Map<string, T>();
  const owners = new Map<string, string>();
  const explanations: ((name: string) => IceError | undefined)[] = [];
  const whyMissing = (name: string): IceError | undefined => {
    for (const explain of explanations) {
      const reason = explain(name);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
  return {
    register(name, value, by = "application") {
      checkEntry(name, value, by, options);
      if (values.has(name)) {
        const registeredBy = owners.get(name);
        throw new IceError(
          "ICE_PLUGIN_DUPLICATE",
          `The ${noun} "${name}" of ${by} is already registered, by ${registeredBy}.`,
          { fix: "choose another name, or remove one of the two", details: { name, by, registeredBy } },
        );
      }
      values.set(name, value);
      owners.set(name, by);
    },
    get: (name) => values.get(name),
    explainMissing: (explain) => void explanations.push(explain),
    whyMissing,
    require(name) {
      const value = values.get(name);
      if (value !== undefined) return value;
      const known = whyMissing(name);
      if (known !== undefined) throw known;
      const near = didYouMean(name, values.keys());
      throw new IceError(
        unknownCode,
        `There is no ${noun} "${shorten(name)}". Registered: ${listNames(values.keys()) || "none"}.`,
        {
          fix: near || `register ${articled(noun)} with this name`,
          details: { name },
        },
      );
    },
    names: () => [...values.keys()],
    entries: () => values.entries(),
    registeredBy: (name) => owners.get(name),
    checkpoint() {
      const before = new Set(values.keys());
      const explained = explanations.length;
      return () => {
        explanations.length = explained;
        for (const name of values.keys()) if (!before.has(name) && values.delete(name)) owners.delete(name);
      };
    },
  };
}

/** Refuses an invalid entry, and any entry after start-up. */
function checkEntry<T>(
  name: string,
  value: T,
  by: string,
  { noun, isSealed, lacks, make }: NamedRegistryOptions<T>,
): void {
  if (typeof name !== "string" || name === "")
    throw new IceError("ICE_PLUGIN_INVALID", `${capital(articled(noun))} of ${by} is registered without its name.`, {
      fix: `pass the name first, as in register(it.name, it), and create it with ${make}`,
    });
  const lacking = typeof value === "object" && value !== null ? lacks(value) : `is not an object`;
  if (lacking !== undefined)
    throw new IceError("ICE_PLUGIN_INVALID", `The ${noun} "${shorten(name)}" of ${by} ${lacking}.`, {
      fix: `create it with ${make}`,
      details: { name, by },
    });
  if (isSealed()) throw afterStartUp(noun, name);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Registries and services are closed after start-up. @param noun - of the late entry: `tool`. */
export const afterStartUp = (noun: string, name: string): IceError =>
  new IceError("ICE_RUNTIME_SEALED", `The ${noun} "${name}" was registered after start-up.`, {
    fix: "register it before initializeOrchestrator() completes, or in a plugin",
    details: { name },
  });
