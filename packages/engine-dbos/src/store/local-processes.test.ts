import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { localProcesses } from "./local-processes.ts";

const { process: own, place, pid, isDead } = localProcesses();

test("this process is alive, and one of another machine may be", () => {
  expect(isDead(own)).toBe(false);
  for (const other of [null, "", `another-boot pid:[1] ${pid} 1`]) expect(isDead(other)).toBe(false);
});

test.runIf(place !== undefined)(
  "a process of this machine that has ended is dead, also if its id is used again",
  async () => {
    const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isDead(`${place} ${child.pid} 12345`)).toBe(true);
    expect(isDead(`${place} ${pid} 12345`)).toBe(true);
  },
);
