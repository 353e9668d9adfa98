import type { Json, SecretService } from "@ice/core";
import { hideCredentials } from "@ice/core/internal";

/** What stands in a cassette instead of a secret. */
const removed = "[removed]";

/** Shorter values would occur by chance. */
const minLength = 8;

/** Fields whose text is a secret, whatever it is; compared without case and punctuation. */
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
    const forms = new Set(secrets.filter(({ length }) => length >= minLength).flatMap(formsOf));
    // The longest first: a form may contain another one.
    this.#forms = [...forms].filter(({ length }) => length >= minLength).toSorted((a, b) => b.length - a.length);
  }

  /** Removes what the owner's secrets are, too. */
  use(secrets: SecretService): void {
    this.#services.add(secrets);
  }

  json(value: Json): Json {
    if (typeof value === "string") return this.text(value);
    if (Array.isArray(value)) return value.map((part: Json) => this.json(part));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [
        this.text(key),
        typeof part === "string" && isSecretField(key) ? removed : this.json(part),
      ]),
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

/** A secret as it is written plainly, in JSON, in addresses, and in base64 at any position of a longer text. */
function formsOf(secret: string): readonly string[] {
  const percent = encodeURIComponent(secret.toWellFormed());
  const encoded = [percent, new URLSearchParams({ s: secret }).toString().slice(2)];
  const lower = encoded.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()));
  const base64 = [0, 1, 2].map((offset) => base64At(secret, offset));
  const base64Url = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  return [secret, JSON.stringify(secret).slice(1, -1), ...encoded, ...lower, ...base64, ...base64Url];
}

/** The characters of base64 that depend on the secret alone, when `offset` bytes (modulo 3) stand before it. */
function base64At(secret: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(secret)]);
  return bytes.toString("base64").slice(Math.ceil((offset * 4) / 3), Math.floor((bytes.length * 4) / 3));
}
