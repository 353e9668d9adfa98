import type { JournalRecord, RunJournal, RunStore } from "@ice/core";

/** A moment in the life of a run in one process. */
export interface Stop {
  /** Just before the store is asked, or as soon as it has answered: a record is durable then. */
  readonly place: "before" | "after";
  /** The nth record of the run in this process, from 1; the first one of a kind and a path; or the first look for signals. */
  readonly at: number | "signals" | { readonly kind: JournalRecord["kind"]; readonly path?: string };
}

/** Something that happens at a moment. */
export interface Interruption {
  readonly stop: Stop;
  /** Returns true if the run asks the store for nothing more in this process. */
  readonly act: (runId: string) => boolean;
}

/** A store that is interrupted when runs ask it. @param interruptionsOf - of a run. */
export function withInterruptions(
  store: RunStore,
  interruptionsOf: (runId: string) => readonly Interruption[],
): RunStore {
  const held = new Set<string>();
  const never = new Promise<never>(() => {});

  /** Returns false from the moment on when the run is held. */
  const goesOn = (runId: string, is: (stop: Stop) => boolean): boolean => {
    for (const { stop, act } of interruptionsOf(runId)) if (!held.has(runId) && is(stop) && act(runId)) held.add(runId);
    return !held.has(runId);
  };

  const watched = (journal: RunJournal): RunJournal => {
    const { runId, epoch } = journal;
    const seen = new Set<string>();
    let count = 0;
    return {
      runId,
      epoch,
      append(record) {
        const nth = (count += 1);
        const path = "path" in record ? record.path : "";
        const names = [record.kind, `${record.kind} ${path}`].filter((name) => !seen.has(name));
        for (const name of names) seen.add(name);
        const isAt = ({ at }: Stop): boolean =>
          typeof at === "object"
            ? names.includes(at.path === undefined ? at.kind : `${at.kind} ${at.path}`)
            : at === nth;
        if (!goesOn(runId, (stop) => stop.place === "before" && isAt(stop))) return never;
        const durable = Promise.resolve(journal.append(record));
        return durable.then(() => (goesOn(runId, (stop) => stop.place === "after" && isAt(stop)) ? undefined : never));
      },
    };
  };

  const looked = new Set<string>();
  const look = async (runId: string): ReturnType<RunStore["signals"]> => {
    const isFirst = !looked.has(runId);
    looked.add(runId);
    const isAt = (place: Stop["place"]) => (stop: Stop) => isFirst && stop.place === place && stop.at === "signals";
    if (!goesOn(runId, isAt("before"))) return never;
    const signals = await store.signals(runId);
    return goesOn(runId, isAt("after")) ? signals : never;
  };

  const replaced: Partial<RunStore> = {
    create: async (...given) => watched(await store.create(...given)),
    open: async (...given) => {
      const { journal, run } = await store.open(...given);
      return { journal: watched(journal), run };
    },
    signals: look,
  };
  return new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(key in replaced ? replaced : target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The end of this process. */
export const die = (): never => {
  process.kill(process.pid, "SIGKILL");
  throw new Error("This process is dead.");
};
