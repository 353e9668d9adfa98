import { IceError, type SecretDestination, type SecretService } from "@ice/core";
import { didYouMean, fillSecrets, listNames, secretNamePattern, shorten } from "@ice/core/internal";
import { declareSecret, present, type DeclaredSecret } from "./declared-secret.ts";
import type { SecretServiceOptions } from "./secret-options.ts";
import { TextScrubber } from "./text-scrubber.ts";

/**
 * Creates the service that resolves the owner's secrets. Nothing is read before a secret is used.
 *
 * @throws IceError `ICE_USAGE` naming a field that is not valid, with a fix.
 */
export function createSecretService({
  secrets = {},
  env = process.env,
  directory = process.cwd(),
}: SecretServiceOptions = {}): SecretService {
  const declared = new Map(
    Object.entries(secrets).map(([name, options]) => [name, declareSecret(name, options, { env, directory })]),
  );
  return new HostSecrets(declared, env);
}

class HostSecrets implements SecretService {
  readonly #declared: ReadonlyMap<string, DeclaredSecret>;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #scrubber = new TextScrubber();
  readonly names: readonly string[];

  constructor(declared: ReadonlyMap<string, DeclaredSecret>, env: Readonly<Record<string, string | undefined>>) {
    this.#declared = declared;
    this.#env = env;
    this.names = [...declared.keys()];
  }

  get active(): boolean {
    return this.#scrubber.active;
  }

  resolve(name: string): string {
    const secret = this.#declared.get(name);
    if (secret !== undefined) return this.#known(name, secret.value(), secret.fix);
    const isName = secretNamePattern.test(name);
    const value = isName && Object.hasOwn(this.#env, name) ? present(this.#env[name]) : undefined;
    return this.#known(
      name,
      value,
      isName ? `set the environment variable ${name}, or declare secrets.${name}` : usableName,
    );
  }

  fill(text: string): string {
    return fillSecrets(text, (name) => this.resolve(name));
  }

  fillFor(text: string, { url, tenant = "default" }: SecretDestination): string {
    return fillSecrets(text, (name) => {
      const secret = this.#declared.get(name);
      if (secret === undefined)
        throw new IceError("ICE_SECRET_UNKNOWN", `There is no secret "${shorten(name)}".`, {
          fix: didYouMean(name, this.names) || `declare secrets.${name}; declared are ${listNames(this.names)}`,
          details: { name },
        });
      if (!secret.isFor(tenant))
        throw denied(name, "may not be used by this tenant", `let the owner add the tenant to secrets.${name}.tenants`);
      if (!URL.canParse(url) || !secret.goesTo(new URL(url)))
        throw denied(
          name,
          `may not be sent to "${URL.canParse(url) ? new URL(url).origin : shorten(url)}"`,
          `let the owner add the host to secrets.${name}.hosts`,
        );
      return this.#known(name, secret.value(), secret.fix);
    });
  }

  missing(): readonly string[] {
    return [...this.#declared].flatMap(([name, secret]) => (secret.value() === undefined ? [name] : []));
  }

  scrub(text: string): string {
    return this.#scrubber.scrub(text);
  }

  scrubParts(): ReturnType<SecretService["scrubParts"]> {
    return this.#scrubber.parts();
  }

  #known(name: string, value: string | undefined, fix: string): string {
    if (value === undefined)
      throw new IceError("ICE_SECRET_UNKNOWN", `The secret "${shorten(name)}" has no value.`, {
        fix,
        details: { name },
      });
    this.#scrubber.add(name, value);
    return value;
  }
}

const usableName = "name it with letters, digits, `_` and `-`, at most 64";

const denied = (name: string, why: string, fix: string): IceError =>
  new IceError("ICE_SECRET_DENIED", `The secret "${name}" ${why}.`, { fix, details: { name } });
