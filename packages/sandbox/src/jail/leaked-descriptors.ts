import { readdirSync, readFileSync } from "node:fs";

const closeOnExec = 0o2000000;

/**
 * Descriptors of this process, from `first` on, that a child process would inherit. Node opens its own so that they are
 * not inherited; these were left open by the parent of this process.
 */
export function leakedDescriptors(first: number): readonly number[] {
  return readdirSync("/proc/self/fdinfo")
    .map(Number)
    .filter((descriptor) => descriptor >= first && isInherited(descriptor));
}

function isInherited(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8"))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false; // it was the descriptor used for listing
    throw error;
  }
}
