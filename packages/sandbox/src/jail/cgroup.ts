import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JailLimits } from "./jail-limits.ts";

/** A control group for one program: bounds the memory of all its processes together. */
export interface Cgroup {
  /** Puts a process, and whatever it will start, into the group. */
  add(pid: number): Promise<void>;
  /** Whether a process was ended because the group was out of memory. */
  ranOut(): Promise<boolean>;
  /** Removes the group, once its processes are gone. */
  remove(): Promise<void>;
}

/** How often, and how long in all, an ended program's group is tried to be removed, in milliseconds. */
const removeEveryMs = 10;
const removeForMs = 2000;

/**
 * Makes a group below `parent`: version 2, where the controllers `memory` and `pids` are switched on for its children, or the
 * `memory` hierarchy of version 1.
 *
 * @throws when the directory is no such thing or may not be written.
 */
export async function createCgroup(parent: string, { memoryMiB, scratchMiB, processes }: JailLimits): Promise<Cgroup> {
  const directory = join(parent, `ice-${randomUUID()}`);
  // Only into files that are there: in an ordinary directory a new one would be made, and nothing bounded.
  const set = (name: string, value: number): Promise<void> =>
    writeFile(join(directory, name), String(value), { flag: "r+" });
  // The scratch space is memory of the group too.
  const bytes = (memoryMiB + scratchMiB) * 2 ** 20;
  await mkdir(directory);
  try {
    if (existsSync(join(directory, "memory.max"))) {
      await set("memory.max", bytes);
      if (existsSync(join(directory, "memory.swap.max"))) await set("memory.swap.max", 0);
      // bubblewrap itself is a process of the group.
      await set("pids.max", processes + 1);
    } else await set("memory.limit_in_bytes", bytes);
  } catch (error) {
    await rmdir(directory);
    throw error;
  }
  return {
    add: (pid) => set("cgroup.procs", pid),
    async ranOut() {
      for (const name of ["memory.events", "memory.oom_control"]) {
        const text = await readFile(join(directory, name), "utf8").catch(() => "");
        if (/^oom_kill [1-9]/m.test(text)) return true;
      }
      return false;
    },
    async remove() {
      for (let waited = 0; waited < removeForMs; waited += removeEveryMs) {
        try {
          return await rmdir(directory);
        } catch {
          await sleep(removeEveryMs);
        }
      }
    },
  };
}
