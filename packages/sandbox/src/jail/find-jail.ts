import { access, constants, lstat, readlink } from "node:fs/promises";
import { IceError } from "@ice/core";
import { seccompFilter } from "./seccomp-filter.ts";
import type { Architecture } from "./system-calls.ts";

/** The tools for a jail on this machine. */
export interface JailParts {
  /** Path of bubblewrap, which isolates. */
  readonly bubblewrap: string;
  /** Path of prlimit, which limits. */
  readonly prlimit: string;
  /** Filters system calls. */
  readonly filter: Uint8Array;
  /** For `bin`, `lib` and so on in the root: the target if it is a link, null if it is a directory. */
  readonly rootLinks: Readonly<Record<string, string | null>>;
}

/** Where the two programs are searched. Not in PATH, whose author would otherwise choose the jailer. */
const folders = ["/usr/bin", "/bin", "/usr/local/bin"];

/** @throws IceError `ICE_SANDBOX_DENIED` if no jail is possible, with a fix. */
export async function findJail(
  platform: string = process.platform,
  processor: string = process.arch,
): Promise<JailParts> {
  if (platform !== "linux")
    throw denied(`Native programs run in a jail only on Linux; this is ${platform}.`, "run this workflow on Linux");
  if (!isKnown(processor))
    throw denied(`The jail does not support the processor ${processor}.`, "run this workflow on x64 or arm64");
  return {
    bubblewrap: await find("bwrap", "bubblewrap"),
    prlimit: await find("prlimit", "util-linux"),
    filter: seccompFilter(processor),
    rootLinks: await readRootLinks(),
  };
}

const isKnown = (processor: string): processor is Architecture => processor === "x64" || processor === "arm64";

async function find(program: string, packageName: string): Promise<string> {
  for (const folder of folders)
    try {
      await access(`${folder}/${program}`, constants.X_OK);
      return `${folder}/${program}`;
    } catch {
      continue;
    }
  throw denied(
    `Native programs run in a jail created by ${program}, which is not in ${folders.join(", ")}.`,
    `install the package ${packageName} of your distribution`,
  );
}

async function readRootLinks(): Promise<Record<string, string | null>> {
  const links: Record<string, string | null> = {};
  for (const name of ["bin", "sbin", "lib", "lib32", "lib64"])
    try {
      const isLink = (await lstat(`/${name}`)).isSymbolicLink();
      links[name] = isLink ? await readlink(`/${name}`) : null;
    } catch {
      continue; // not every machine has all of them
    }
  return links;
}

export const denied = (message: string, fix: string): IceError => new IceError("ICE_SANDBOX_DENIED", message, { fix });
