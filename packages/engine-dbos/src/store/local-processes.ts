import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** This process, and the processes that it can see: those of its machine, outside other containers. */
export interface LocalProcesses {
  readonly host: string;
  readonly pid: number;
  /** Names this process for those that can see it; null where that is not known. */
  readonly process: string | null;
  /** Begins the names of all processes that can be seen from here. */
  readonly place: string | undefined;
  /** Whether a process that can be seen from here has ended. @param process - its name. */
  isDead(process: string | null): boolean;
}

/**
 * The processes of this machine, on Linux: by the id of its boot, the namespace of process ids, the id of the process and the time of
 * its start. Elsewhere nothing is known, and only leases count.
 */
export function localProcesses(): LocalProcesses {
  const place = placeOf();
  const { pid } = process;
  const start = startOf(pid);
  return {
    host: hostname(),
    pid,
    process: place === undefined || start === undefined ? null : `${place} ${pid} ${start}`,
    place,
    isDead(name) {
      if (place === undefined || name?.startsWith(`${place} `) !== true) return false;
      const [id, began] = name.slice(place.length + 1).split(" ");
      if (!exists(Number(id))) return true;
      const now = startOf(Number(id));
      return now !== undefined && now !== began;
    },
  };
}

function placeOf(): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return undefined; // another system, or a container that shows neither
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** When a process started, in ticks since the boot; empty if it has ended, undefined if that is not shown (proc_pid_stat(5)). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name of the program stands in parentheses, and may contain anything.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" || state === "X" ? "" : fields[18];
  } catch {
    return undefined;
  }
}
