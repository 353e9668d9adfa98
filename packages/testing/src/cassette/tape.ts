import { IceError, messageOf, type Json } from "@ice/core";
import { canonicalJson, hashOf } from "./canonical-json.ts";
import { readCassette, writeCassette, type Interaction } from "./cassette-file.ts";
import { differencesOf } from "./differences.ts";
import type { Redaction } from "./redaction.ts";

/**
 * - `record`: every request is sent, and the file is replaced.
 * - `replay`: none does; a request that is not in the file fails with `ICE_CASSETTE_MISS`.
 * - `auto`: what is in the file is replayed, everything else is sent and added.
 */
export type CassetteMode = "record" | "replay" | "auto";

/** One request of the traffic. */
export interface Played {
  readonly kind: Interaction["kind"];
  /** Any value that JSON can represent. */
  readonly request: unknown;
  /** Sends the request. Undefined if there is nothing to send it to. */
  readonly live: (() => Promise<unknown>) | undefined;
  /** Aborted requests are not recorded. */
  readonly signal?: AbortSignal | undefined;
}

/** Maximum number of differences in a message. */
const maxDifferences = 5;

/** Recorded traffic: finds answers, and adds them. */
export class Tape {
  readonly mode: CassetteMode;
  readonly #file: string;
  readonly #redaction: Redaction;
  readonly #interactions = new Map<string, Interaction>();
  readonly #aliases = new Map<string, readonly string[]>();
  readonly #uses = new Map<string, number>();
  #changed = false;

  private constructor(file: string, mode: CassetteMode, redaction: Redaction) {
    this.#file = file;
    this.mode = mode;
    this.#redaction = redaction;
  }

  /** @throws IceError `ICE_CASSETTE_INVALID`; `ICE_CASSETTE_MISS` for a file to replay that is not there. */
  static async open(file: string, mode: CassetteMode, redaction: Redaction): Promise<Tape> {
    const tape = new Tape(file, mode, redaction);
    if (mode === "record") {
      tape.#changed = true;
      return tape;
    }
    const content = await readCassette(file);
    if (content === undefined && mode === "replay")
      throw new IceError("ICE_CASSETTE_MISS", `There is no cassette "${file}".`, { fix: recordFirst });
    for (const interaction of content?.interactions ?? []) tape.#interactions.set(idOf(interaction), interaction);
    for (const [alias, models] of Object.entries(content?.aliases ?? {})) tape.#aliases.set(alias, models);
    return tape;
  }

  /** The models to which an alias resolved when it was recorded. */
  modelsOf(alias: string): readonly string[] | undefined {
    return this.#aliases.get(alias);
  }

  addAlias(alias: string, models: readonly string[]): void {
    this.#aliases.set(alias, models);
    this.#changed = true;
  }

  /**
   * The recorded answer, or that of `live`, which is then recorded.
   *
   * @throws IceError `ICE_CASSETTE_MISS`; the recorded error, or that of `live`.
   */
  async play({ kind, request, live, signal }: Played): Promise<{ readonly answer: unknown; readonly isLive: boolean }> {
    const asked = this.#redaction.json(canonicalJson(request));
    const key = hashOf([kind, asked]);
    const use = (this.#uses.get(key) ?? 0) + 1;
    this.#uses.set(key, use);
    const recorded = this.mode === "record" ? undefined : this.#interactions.get(idOf({ key, use }));
    if (recorded?.error !== undefined) throw errorOf(recorded.error);
    if (recorded !== undefined) return { answer: recorded.answer ?? null, isLive: false };
    const head = { kind, key, use, request: asked };
    if (this.mode === "replay") throw this.#miss(head);
    if (live === undefined) throw nothingLive(kind, this.mode);
    let answer: unknown;
    try {
      answer = await live();
    } catch (error) {
      if (signal?.aborted !== true) this.#add({ ...head, error: this.#recordOf(error) });
      throw error;
    }
    this.#add({ ...head, answer: this.#redaction.json(canonicalJson(answer)) });
    return { answer, isLive: true };
  }

  /** Writes what was recorded. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    const aliases = Object.fromEntries(this.#aliases);
    await writeCassette(this.#file, { aliases, interactions: withoutGaps(this.#interactions.values()) });
    this.#changed = false;
  }

  #add(interaction: Interaction): void {
    this.#interactions.set(idOf(interaction), interaction);
    this.#changed = true;
  }

  #recordOf(error: unknown): NonNullable<Interaction["error"]> {
    if (!IceError.is(error)) return { message: this.#redaction.text(messageOf(error)) };
    const { code, message, fix, retryable, retryAfterMs, details } = error;
    const record = { code, message, fix, retryable, retryAfterMs, details };
    return this.#redaction.json(canonicalJson(record)) as NonNullable<Interaction["error"]>;
  }

  #miss({ kind, key, use, request }: Omit<Interaction, "answer" | "error">): IceError {
    const failed = (what: string): IceError =>
      new IceError("ICE_CASSETTE_MISS", `The cassette "${this.#file}" has no answer for this ${nouns[kind]}: ${what}`, {
        fix: recordFirst,
        details: { file: this.#file, kind, key },
      });
    if (use > 1 && this.#interactions.has(idOf({ key, use: 1 })))
      return failed(`it is made for the ${ordinal(use)} time, which was not recorded.`);
    const others = [...this.#interactions.values()].filter((one) => one.kind === kind);
    if (others.length === 0) return failed(`no ${nouns[kind]} is recorded.`);
    const [nearest = []] = others
      .map((one) => differencesOf(one.request, request))
      .toSorted((a, b) => a.length - b.length);
    const more = nearest.length > maxDifferences ? `; and ${nearest.length - maxDifferences} more` : "";
    return failed(`the nearest one differs in ${nearest.slice(0, maxDifferences).join("; ")}${more}.`);
  }
}

/** Counts the uses of each request from 1: those that were aborted have numbers, but no answers. */
const withoutGaps = (interactions: Iterable<Interaction>): readonly Interaction[] =>
  [...Map.groupBy(interactions, ({ key }) => key).values()].flatMap((uses) =>
    uses.toSorted((a, b) => a.use - b.use).map((one, index) => ({ ...one, use: index + 1 })),
  );

const nouns = { http: "HTTP request", model: "model request", tool: "tool call" } as const;

const recordFirst = "record it with the mode `record` or `auto`, or restore the request that the workflow made before";

const idOf = ({ key, use }: Pick<Interaction, "key" | "use">): string => `${key}.${use}`;

const ordinal = (n: number): string =>
  `${n}${["th", "st", "nd", "rd"][n % 100 > 10 && n % 100 < 14 ? 0 : n % 10] ?? "th"}`;

function errorOf({ code, message, fix, retryable, retryAfterMs, details }: NonNullable<Interaction["error"]>): Error {
  if (code === undefined) return new Error(message);
  return new IceError(code, message, { fix, retryable, retryAfterMs, details: details as Record<string, Json> });
}

const nothingLive = (kind: Interaction["kind"], mode: CassetteMode): IceError =>
  new IceError("ICE_USAGE", `A cassette in the mode \`${mode}\` has nothing to send this ${nouns[kind]} to.`, {
    fix: "pass what it records: cassette.models(service), cassette.egress(client)",
  });
