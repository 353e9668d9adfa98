import type { SecretService, ToolCallOptions } from "@ice/core";
import { isPlainObject, refersToSecret } from "@ice/core/internal";

/**
 * The arguments of a tool that takes secrets, with the secrets in its headers resolved for the host of its URL: of those headers
 * only that a blueprint writes literally. What a template, a model or code brings is text.
 *
 * @throws IceError `ICE_SECRET_UNKNOWN`, `ICE_SECRET_DENIED`.
 */
export function withSecrets(
  args: unknown,
  { written, tenant }: Pick<ToolCallOptions, "written" | "tenant">,
  secrets: SecretService,
): unknown {
  const source = written?.["headers"];
  if (!isPlainObject(args) || !isPlainObject(args["headers"]) || !isPlainObject(source)) return args;
  const { url, headers: given } = args;
  const filled = Object.entries(given as object).map(([name, text]: [string, unknown]) =>
    typeof text === "string" && refersToSecret(text) && Object.hasOwn(source, name) && source[name] === text
      ? [name, secrets.fillFor(text, { url: String(url), tenant })]
      : [name, text],
  );
  return { ...args, headers: Object.fromEntries(filled) as object };
}
