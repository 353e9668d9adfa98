import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** What can be known of the processes of this machine. */
export interface ProcessTable {
  /** Where pids mean the same process: machine and, in containers, pid namespace. */
  readonly host: string;
  /** Of this process. */
  readonly pid: number;
  /**
   * Distinguishes a process from a later one with the same pid; empty where the system does not provide it.
   *
   * @returns undefined when there is no such process.
   */
  startOf(pid: number): string | undefined;
}

/** The processes that the operating system knows. Start times come from `/proc` where there is one. */
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
  // The command in parentheses may hold spaces and parentheses; what follows the last one is the state, field 3.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : [fields[19] ?? "", bootId].filter(Boolean).join("@");
}

function quietly(read: () => string): string {
  try {
    return read();
  } catch {
    return ""; // not a Linux, or not allowed: the lease decides
  }
}
