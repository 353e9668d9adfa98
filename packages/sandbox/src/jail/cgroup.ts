import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JailLimits } from "./jail-limits.ts";

/** A control group for one program, which bounds the total memory of its processes. */
export interface Cgroup {
  /** Adds a process, and all processes that it will start, to the group. */
  add(pid: number): Promise<void>;
  /** Whether a process was ended because the group was out of memory. */
  ranOut(): Promise<boolean>;
  /** Removes the group, once its processes are gone. */
  remove(): Promise<void>;
}

/** Interval and total time of the attempts to remove an ended program's group, in milliseconds. */
const removeEveryMs = 10;
const removeForMs = 2000;

/**
 * Creates a group below `parent`: version 2, with the controllers `memory` and `pids` enabled for its children, or the
 * `memory` hierarchy of version 1.
 *
 * @throws if the directory is not a cgroup or is not writable.
 */
export async function createCgroup(parent: string, { memoryMiB, scratchMiB, processes }: JailLimits): Promise<Cgroup> {
  const directory = join(parent, `ice-${randomUUID()}`);
  // Only into existing files: in an ordinary directory a new file would be created, and nothing would be bounded.
  const set = (name: string, value: number): Promise<void> =>
    writeFile(join(directory, name), String(value), { flag: "r+" });
  // The scratch space counts as memory of the group too.
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
