import type { Json, SecretService } from "@ice/core";
import { hideCredentials, secretForms } from "@ice/core/internal";

/** Replaces a secret in a cassette. */
const removed = "[removed]";

/** Shorter values would occur by chance. */
const minLength = 8;

/** Names of fields whose texts and numbers are secrets; compared without case and punctuation. */
const secretField =
  /^(?:authorization|proxyauthorization|cookie|setcookie|token|pwd)$|(?:password|passwd|secret|apikey|accesskey|privatekey|(?:access|auth|bearer|id|refresh|session)token|credentials?)$/;

/** Names of environment variables that hold secrets. */
const secretVariable = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|(?:^|_)AUTH)S?(?:_|$)/i;

/** Values of variables whose name says that they are secret. */
export const secretsIn = (env: Readonly<Record<string, string | undefined>>): readonly string[] =>
  Object.entries(env).flatMap(([name, value]) => (value !== undefined && secretVariable.test(name) ? [value] : []));

/** Removes secrets from JSON: known values in every form, fields with such a name, passwords and keys in addresses. */
export class Redaction {
  readonly #forms: readonly string[];
  readonly #services = new Set<SecretService>();

  constructor(secrets: readonly string[]) {
    const forms = new Set(secrets.filter(({ length }) => length >= minLength).flatMap(secretForms));
    // The longest first: a form may contain another one.
    this.#forms = [...forms].toSorted((a, b) => b.length - a.length);
  }

  /** From now on, the owner's secrets are removed, too. */
  use(secrets: SecretService): void {
    this.#services.add(secrets);
  }

  /** @param isSecret - whether the value is that of a field whose name says so. */
  json(value: Json, isSecret = false): Json {
    if (typeof value === "string") return isSecret ? removed : this.text(value);
    if (typeof value === "number") return isSecret ? removed : value;
    if (Array.isArray(value)) return value.map((part: Json) => this.json(part, isSecret));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [this.text(key), this.json(part, isSecretField(key))]),
    );
  }

  text(text: string): string {
    let shown = text;
    for (const secrets of this.#services) shown = secrets.scrub(shown);
    for (const form of this.#forms) shown = shown.replaceAll(form, removed);
    return hideCredentials(shown);
  }
}

const isSecretField = (name: string): boolean => secretField.test(name.toLowerCase().replaceAll(/[^a-z0-9]/g, ""));
