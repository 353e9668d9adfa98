import { shorten } from "../errors/shorten.ts";
import { isPlainObject } from "../json/json.ts";
import { refersToSecret, secretNamesIn } from "../services/secret-reference.ts";
import { SecretService } from "../services/secret-service.ts";
import type { DraftContext } from "./draft-context.ts";
import type { DraftNode } from "./draft-node.ts";

/** Looks up the secrets in the headers that a node gives to a tool that takes secrets. */
export function checkSecrets(
  { name, argsField }: { readonly name: string; readonly argsField: string },
  { node, pointer }: Pick<DraftNode, "node" | "pointer">,
  { analysis, issues }: DraftContext,
): void {
  const { runtime } = analysis.context;
  if (runtime.tools.get(name)?.takesSecrets !== true) return;
  const args = node[argsField];
  const headers = isPlainObject(args) ? args["headers"] : undefined;
  if (!isPlainObject(headers)) return;
  for (const [header, text] of Object.entries(headers)) {
    if (typeof text !== "string" || !refersToSecret(text)) continue;
    const keys = [argsField, "headers", header];
    if (text.includes("{{")) {
      issues.at(pointer, keys, {
        code: "ICE_SECRET_DENIED",
        nodeId: node.id,
        message: "a header with a secret must hold no template",
        fix: "give the secret a header of its own, or keep the rest of the text in the secret",
      });
      continue;
    }
    const secrets = runtime.tryUse(SecretService);
    for (const secret of secretNamesIn(text))
      if (secrets?.names.includes(secret) !== true)
        issues.at(pointer, keys, {
          code: "ICE_SECRET_UNKNOWN",
          nodeId: node.id,
          message: `there is no secret "${shorten(secret)}"`,
          fix: () => secrets?.fixFor(secret) ?? "provide a SecretService that declares it",
        });
  }
}
