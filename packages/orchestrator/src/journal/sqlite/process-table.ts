import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** The processes of this machine. */
export interface ProcessTable {
  /** Within one of these, a pid means the same process: machine and, in containers, pid namespace. */
  readonly host: string;
  /** Pid of this process. */
  readonly pid: number;
  /**
   * Distinguishes a process from a later one with the same pid; empty if the system does not provide it.
   *
   * @returns undefined if there is no such process.
   */
  startOf(pid: number): string | undefined;
}

/** The process table of the operating system. Start times are read from `/proc` where it exists. */
export function systemProcesses(): ProcessTable {
  const bootId = quietly(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim());
  return {
    host: `${hostname()} ${quietly(() => readlinkSync("/proc/self/ns/pid"))}`,
    pid: process.pid,
    startOf: (pid) => (exists(pid) ? startTime(pid, bootId) : undefined),
  };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Field 22 of `/proc/PID/stat` (proc_pid_stat(5)): ticks since boot. A zombie has ended. */
function startTime(pid: number, bootId: string): string | undefined {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  // The command in parentheses may contain spaces and parentheses; after the last one comes the state, field 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : [fields[19] ?? "", bootId].filter(Boolean).join("@");
}

function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return ""; // not Linux, or not permitted: the lease decides
  }
}
