import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { processTerminal } from "./process-terminal.ts";

/** A process that only counts who listens, and how it was ended. */
function fakeProcess(input: readonly (string | Uint8Array)[] = []) {
  const exits: number[] = [];
  const messages: string[] = [];
  const process = Object.assign(new EventEmitter(), {
    stdin: Readable.from(input),
    stdout: new EventEmitter(),
    stderr: Object.assign(new EventEmitter(), { write: (text: string) => messages.push(text) }),
    env: {},
    cwd: () => "/work",
    exit: (code: number) => exits.push(code),
  });
  return { process, exits, messages, terminal: processTerminal(process as unknown as NodeJS.Process) };
}

test.each(["SIGINT", "SIGTERM"])(
  "the first %s calls back, the second has no listener and ends the process",
  (signal) => {
    const { process, terminal } = fakeProcess();
    let calls = 0;
    terminal.onInterrupt(() => (calls += 1));
    expect(process.emit(signal)).toBe(true);
    for (const again of ["SIGINT", "SIGTERM"]) expect(process.emit(again)).toBe(false);
    expect(calls).toBe(1);
  },
);

test("after unsubscribing there is no listener", () => {
  const { process, terminal } = fakeProcess();
  terminal.onInterrupt(() => {})();
  expect(process.eventNames()).toEqual([]);
});

test("a closed stdout ends the process silently, a result that is lost with a message, and stderr does not matter", () => {
  const { process, exits, messages } = fakeProcess();
  const closed = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  process.stderr.emit("error", closed);
  expect(exits).toEqual([]);
  process.stdout.emit("error", closed);
  expect(exits).toEqual([0]);
  const full = Object.assign(new Error("no space"), { code: "ENOSPC" });
  process.stderr.emit("error", full);
  process.stdout.emit("error", full);
  expect(exits).toEqual([0, 1]);
  expect(messages).toEqual([
    expect.stringMatching(/^error ICE_OUTPUT_UNWRITTEN {2}.*no space\.\nfix: free some space/),
  ]);
});

test("a character split between two chunks of standard input is joined", async () => {
  const bytes = Buffer.from("grün");
  const { terminal } = fakeProcess([bytes.subarray(0, 3), bytes.subarray(3)]);
  expect(await terminal.readStdin()).toBe("grün");
});

test("standard input may be empty", async () => {
  expect(await fakeProcess().terminal.readStdin()).toBe("");
});
