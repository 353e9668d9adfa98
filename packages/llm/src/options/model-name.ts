/** A provider and its name of a model. */
export interface ModelName {
  readonly provider: string;
  /** The rest; may contain `/` and `:`. */
  readonly id: string;
}

export const providerIdPattern = /^[a-z][a-z0-9-]{0,31}$/;

/** Some providers use the name in the path of a URL, so it must not be able to leave that path. */
const modelIdPattern = /^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[\w@][\w.:@+/-]{0,255}$/;

/** Undefined if it is not `provider/model`. */
export function parseModelName(name: string): ModelName | undefined {
  const slash = name.indexOf("/");
  const [provider, id] = [name.slice(0, slash), name.slice(slash + 1)];
  return slash > 0 && providerIdPattern.test(provider) && modelIdPattern.test(id) ? { provider, id } : undefined;
}
