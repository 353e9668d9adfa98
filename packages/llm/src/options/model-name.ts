/** A provider and what it calls a model. */
export interface ModelName {
  readonly provider: string;
  /** The rest; may hold `/` and `:`. */
  readonly id: string;
}

export const providerIdPattern = /^[a-z][a-z0-9-]{0,31}$/;

/** Some providers put the name into the path of an address: it may not lead out of there. */
const modelIdPattern = /^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[\w@][\w.:@+/-]{0,255}$/;

/** Undefined when it is no `provider/model`. */
export function parseModelName(name: string): ModelName | undefined {
  const slash = name.indexOf("/");
  const [provider, id] = [name.slice(0, slash), name.slice(slash + 1)];
  return slash > 0 && providerIdPattern.test(provider) && modelIdPattern.test(id) ? { provider, id } : undefined;
}
