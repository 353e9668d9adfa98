import { dirname, resolve } from "node:path";
import type { FileAccess } from "@ice/core";
import { configurationNames, createFileAccess, type FileAccessOptions } from "@ice/host";
import type { IceConfig } from "./ice-config.ts";

export interface FileAccessContext {
  readonly cwd: string;
  /** `--config`, when it was given. */
  readonly configuration: string | undefined;
  /** The file of the blueprint, which may name other files in its directory; undefined when it has no file. */
  readonly blueprint: string | undefined;
  /** Files of stores that may hold runs, the one in use or another. */
  readonly stores: readonly string[];
  /** Whether others than the owner write blueprints: then there are no directories but those of the owner's configuration. */
  readonly isShared: boolean;
}

/** The files that blueprints, tools and code may read and write, as the owner configured it. */
export function fileAccessOf(
  allow: IceConfig["allow"],
  { cwd, configuration, blueprint, stores, isShared }: FileAccessContext,
): FileAccess {
  const blueprints = [cwd, ...(blueprint === undefined ? [] : [dirname(resolve(cwd, blueprint))])];
  const files = createFileAccess({
    ...directoriesOf(allow, { cwd, isShared }),
    maxFileBytes: allow?.maxFileBytes,
    blueprints,
    isShared,
  });
  const named = configuration === undefined ? [] : [configuration];
  for (const name of [...configurationNames, ...named]) files.protect(resolve(cwd, name), "configuration");
  for (const store of stores) files.protect(resolve(cwd, store), "store");
  return files;
}

function directoriesOf(
  allow: IceConfig["allow"],
  { cwd, isShared }: Pick<FileAccessContext, "cwd" | "isShared">,
): FileAccessOptions {
  const { files = isShared ? [] : undefined, read = files, write = files } = allow ?? {};
  const directories = { read: absolute(read, cwd), write: absolute(write, cwd) };
  // Paths were relative to the first directory of `files`.
  const [first] = files ?? [];
  return { directory: first === undefined ? cwd : resolve(cwd, first), ...directories };
}

const absolute = (directories: readonly string[] | undefined, cwd: string): readonly string[] | undefined =>
  directories?.map((directory) => resolve(cwd, directory));
