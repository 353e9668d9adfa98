/**
 * What a note is about: a run with its number, outcomes that someone waits for, jobs that may not be wanted any more, or a queue with its
 * name.
 */
export type Subject = "run" | "outcomes" | "jobs" | "queue";

/** The channel of the notes for a process. In SQL it is `'ice_' || id`. @param owner - its id in the store. */
export const channelOf = (owner: string): string => `ice_${owner}`;

/**
 * Notes that this process gets from others: texts such as `run 12`. A note only says where to look, so one that is lost, doubled or late
 * does no harm: the next look of its receiver makes up for it. It is sent after the commit that it is about, in a statement of its own.
 */
export class Notes {
  readonly #listeners = new Map<Subject, (about: string) => void>();

  /** Registers the listener for a subject, in place of any before. */
  on(subject: Subject, listener: (about: string) => void): void {
    this.#listeners.set(subject, listener);
  }

  receive(note: string): void {
    const [subject, about = ""] = note.split(" ");
    this.#listeners.get(subject as Subject)?.(about);
  }
}
