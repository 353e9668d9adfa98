import { IceError, type Signal } from "@ice/core";
import { expect, test } from "vitest";
import type { LiveRun } from "./live-run.ts";
import { RunInbox } from "./run-inbox.ts";

const signal: Signal = { id: "a#1", path: "a", value: 1, by: null, at: 0 };
const lost = new IceError("ICE_STORE_FENCED", "It belongs to another.");

/** A run that records the notifications it receives. */
function listening(): { readonly live: LiveRun; readonly heard: unknown[] } {
  const heard: unknown[] = [];
  const live = {
    run: {
      deliver: (given: Signal) => heard.push(given),
      onOwnershipLost: (error: unknown) => heard.push(error),
    },
    cancel: (reason: string) => heard.push(reason),
  };
  return { live: live as unknown as LiveRun, heard };
}

test("messages of the store reach the run", () => {
  const owned = new RunInbox();
  const { live, heard } = listening();
  owned.attach(live);
  owned.onSignal(signal);
  owned.onCancel("enough");
  owned.onLost(lost);
  expect(heard).toEqual([signal, "enough", lost]);
});

test("messages of the store before the run exists reach it later, once and in order", () => {
  const owned = new RunInbox();
  const { live, heard } = listening();
  owned.onLost(lost);
  owned.onSignal(signal);
  owned.onCancel("enough");
  expect(heard).toEqual([]);
  owned.attach(live);
  expect(heard).toEqual([lost, signal, "enough"]);
  owned.onCancel("again");
  owned.attach(live);
  expect(heard).toEqual([lost, signal, "enough", "again"]);
});
