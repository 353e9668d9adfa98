import { IceError } from "@ice/core";

/**
 * The verb that a command was called with, as in `runs list`.
 *
 * @param verbs - by name.
 * @param fix - names the verbs with their operands.
 * @throws IceError `ICE_USAGE` for a name that is no verb.
 */
export function verbOf<Verb>(command: string, verbs: Readonly<Record<string, Verb>>, name: string, fix: string): Verb {
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) throw new IceError("ICE_USAGE", `${command} has no verb "${name}".`, { fix });
  return verb;
}
