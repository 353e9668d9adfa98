import { resolve } from "node:path";
import { IceError } from "@ice/core";
import { isPlainObject, secretNamePattern, shorten } from "@ice/core/internal";
import { isAbout, parseHostRule, type HostRule } from "../egress/host-rule.ts";
import { readRegularFileSync } from "../files/regular-file.ts";
import type { SecretOptions } from "./secret-options.ts";

const maxFileBytes = 64 * 1024;

/** A secret as the owner declared it, checked. */
export interface DeclaredSecret {
  /** What to do when it has no value. */
  readonly fix: string;
  /** Undefined if there is none. */
  value(): string | undefined;
  /** Whether blueprints may send it with a request to this address. */
  goesTo(url: URL): boolean;
  isFor(tenant: string): boolean;
}

/** @throws IceError `ICE_USAGE` naming the field. */
export function declareSecret(
  name: string,
  options: SecretOptions,
  { env, directory }: { readonly env: Readonly<Record<string, string | undefined>>; readonly directory: string },
): DeclaredSecret {
  const field = `secrets.${shorten(name)}`;
  if (!secretNamePattern.test(name))
    throw unusable(field, "has no usable name", "name it with letters, digits, `_` and `-`, at most 64");
  const {
    env: variable,
    file,
    hosts = [],
    tenants = ["default"],
  } = (isPlainObject(options) ? options : {}) as SecretOptions;
  if ((variable === undefined) === (file === undefined))
    throw unusable(
      field,
      "needs exactly one source of its value",
      'give either { env: "VARIABLE" } or { file: "PATH" }',
    );
  const rules = hosts.flatMap((host) => (host === "*" ? [] : [parseHostRule(host, `${field}.hosts`)]));
  const everywhere = hosts.includes("*");
  return {
    fix:
      variable === undefined
        ? `write its value into the file of secrets.${name}`
        : `set the environment variable ${variable}`,
    value: () => present(variable === undefined ? contentOf(resolve(directory, file!)) : env[variable]),
    goesTo: (url) => everywhere || rules.some((rule) => isAbout(rule, url) && isSafe(rule, url)),
    isFor: (tenant) => tenants.includes(tenant),
  };
}

/** Public hosts are reached over https only, unless the owner names a port. */
const isSafe = ({ port }: HostRule, url: URL): boolean => port !== undefined || url.protocol === "https:";

/** An empty value counts as absent. */
export const present = (value: string | undefined): string | undefined => (value === "" ? undefined : value);

function contentOf(path: string): string | undefined {
  try {
    return Buffer.from(readRegularFileSync(path, { maxBytes: maxFileBytes }))
      .toString()
      .replace(/[\r\n]+$/, "");
  } catch (error) {
    // Runs must not learn the name of the file, so the error only says that there is no value.
    if (IceError.is(error)) return undefined;
    throw error;
  }
}

const unusable = (field: string, what: string, fix: string): IceError =>
  new IceError("ICE_USAGE", `\`${field}\` ${what}.`, { fix });
