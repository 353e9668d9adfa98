import { IceError, type SecretDestination, type SecretService } from "@ice/core";
import { didYouMean, fillSecrets, listNames, secretNamePattern, shorten } from "@ice/core/internal";
import { declareSecret, present, type DeclaredSecret } from "./declared-secret.ts";
import type { SecretServiceOptions } from "./secret-options.ts";
import { TextScrubber } from "./text-scrubber.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Creates the service that resolves the owner's secrets. Nothing is read before a secret is used.
 *
 * @throws IceError `ICE_USAGE` naming a field that is not valid, with a fix.
 */
export function createSecretService({
  secrets = {},
  env = process.env,
  directory = process.cwd(),
  isShared = false,
}: SecretServiceOptions = {}): SecretService {
  const declared = new Map(
    Object.entries(secrets).map(([name, options]) => [name, declareSecret(name, options, { env, directory })]),
  );
  return new HostSecrets(declared, { env, isShared });
}

class HostSecrets implements SecretService {
  readonly #declared: ReadonlyMap<string, DeclaredSecret>;
  readonly #env: Environment;
  readonly #isShared: boolean;
  readonly #scrubber = new TextScrubber();
  readonly names: readonly string[];

  constructor(
    declared: ReadonlyMap<string, DeclaredSecret>,
    { env, isShared }: { readonly env: Environment; readonly isShared: boolean },
  ) {
    this.#declared = declared;
    this.#env = env;
    this.#isShared = isShared;
    this.names = [...declared.keys()];
  }

  get active(): boolean {
    return this.#scrubber.active;
  }

  resolve(name: string): string {
    const secret = this.#declared.get(name);
    const value = secret === undefined ? this.#variable(name) : secret.value();
    if (value !== undefined) return this.#known(name, value);
    const fix = secret?.fix ?? (secretNamePattern.test(name) ? undeclaredFix(name) : usableName);
    const error = withoutValue(name, fix);
    throw this.#isShared ? withoutName(error) : error;
  }

  fill(text: string): string {
    return fillSecrets(text, (name) => this.resolve(name));
  }

  fillFor(text: string, { url, tenant = "default" }: SecretDestination): string {
    return fillSecrets(text, (name) => {
      const secret = this.#declared.get(name);
      if (secret === undefined)
        throw new IceError("ICE_SECRET_UNKNOWN", `There is no secret "${shorten(name)}".`, {
          fix: this.fixFor(name),
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
      const value = secret.value();
      if (value !== undefined) return this.#known(name, value);
      throw withoutValue(name, this.#isShared ? "let the owner of the server set its value" : secret.fix);
    });
  }

  fixFor(name: string): string {
    if (this.#isShared) return "correct the name, or let the owner of the server declare it";
    return didYouMean(name, this.names) || `declare it in \`secrets\`; declared are ${listNames(this.names) || "none"}`;
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

  #variable(name: string): string | undefined {
    return secretNamePattern.test(name) && Object.hasOwn(this.#env, name) ? present(this.#env[name]) : undefined;
  }

  #known(name: string, value: string): string {
    this.#scrubber.add(this.#isShared ? undefined : name, value);
    return value;
  }
}

const usableName = "name it with letters, digits, `_` and `-`, at most 64";
const undeclaredFix = (name: string): string => `set the environment variable ${name}, or declare secrets.${name}`;

const withoutValue = (name: string, fix: string): IceError =>
  new IceError("ICE_SECRET_UNKNOWN", `The secret "${shorten(name)}" has no value.`, { fix, details: { name } });

/** The error for a secret of the owner's configuration, which no blueprint has named. */
const withoutName = (cause: IceError): IceError =>
  new IceError("ICE_SECRET_UNKNOWN", "A secret in the configuration of the server has no value.", {
    fix: "let the owner of the server find it with `ice doctor`",
    cause,
  });

const denied = (name: string, why: string, fix: string): IceError =>
  new IceError("ICE_SECRET_DENIED", `The secret "${name}" ${why}.`, { fix, details: { name } });
