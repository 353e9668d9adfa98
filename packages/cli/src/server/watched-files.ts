import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { DevBlueprint, DevFile, DevFiles } from "@ice/api";
import { IceError, type Issue, type JsonObject } from "@ice/core";

/** A file as it was read and checked. */
interface CheckedState {
  readonly data: unknown;
  readonly issues: readonly Issue[];
  /** The lines of the file. */
  lines(): readonly string[];
}

export interface WatchedFilesOptions {
  readonly cwd: string;
  /** As they were named. */
  readonly files: readonly string[];
  /** Reads and checks a file. @throws IceError if there is none. */
  readonly check: (file: string) => Promise<CheckedState>;
  /** Called after each change of a file. */
  readonly onChange: (file: DevFile, state: { readonly isGood: boolean; readonly lines: readonly string[] }) => void;
}

/** How often files are looked at. Notifications of the system miss what editors and mounted folders do. */
const lookMs = 80;
/** Entries of a folder that are looked at: the files themselves, and those that they may refer to. */
const maxEntries = 1000;

interface Watched {
  readonly file: string;
  good: DevBlueprint | undefined;
  issues: readonly Issue[];
  text: string;
}

/** Files that are being edited: reads them again when they, or a blueprint beside them, change, and keeps their last good states. */
export class WatchedFiles implements DevFiles {
  readonly #options: WatchedFilesOptions;
  readonly #watched: readonly Watched[];
  #seen = "";
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Seconds at first, so that a page that has seen another process reads all again. */
  #revision = Math.floor(Date.now() / 1000);
  readonly #listeners = new Set<() => void>();

  constructor(options: WatchedFilesOptions) {
    this.#options = options;
    this.#watched = options.files.map((file) => ({ file, good: undefined, issues: [], text: "" }));
  }

  get revision(): number {
    return this.#revision;
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  textOf(file: string): string {
    return this.#watched.find((one) => one.file === file)?.text ?? "";
  }

  list(): readonly DevFile[] {
    return this.#watched.map(shown);
  }

  find(name: string): DevBlueprint | undefined {
    return this.#watched.find(({ good }) => good?.name === name)?.good;
  }

  /** Reads all files, and then whenever they change, until `close`. */
  async open(): Promise<void> {
    this.#seen = this.#signature();
    await this.#readAll();
    this.#later();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #later(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.#look().finally(() => this.#later()), lookMs);
  }

  async #look(): Promise<void> {
    const signature = this.#signature();
    if (signature === this.#seen) return;
    this.#seen = signature;
    await this.#readAll();
  }

  async #readAll(): Promise<void> {
    for (const watched of this.#watched) await this.#read(watched);
    this.#revision += 1;
    for (const listener of this.#listeners) listener();
  }

  async #read(watched: Watched): Promise<void> {
    const { check, onChange, cwd } = this.#options;
    const { data, issues, lines } = await check(watched.file).catch(unread);
    const isGood = !issues.some(({ severity }) => severity === "error");
    const blueprint = data as JsonObject;
    const hash = isGood ? hashOf(blueprint) : undefined;
    watched.text = lines().join("\n");
    if (JSON.stringify(issues) === JSON.stringify(watched.issues) && (!isGood || hash === watched.good?.hash)) return;
    watched.issues = issues;
    if (hash !== undefined)
      watched.good = {
        name: String(blueprint["name"]),
        version: String(blueprint["version"] ?? "0.0.0"),
        revision: (watched.good?.revision ?? 0) + 1,
        hash,
        createdAt: Date.now(),
        createdBy: "dev",
        blueprint,
        base: resolve(cwd, watched.file),
      };
    onChange(shown(watched), { isGood, lines: lines() });
  }

  /** Changes with every blueprint in the folders of the files. */
  #signature(): string {
    const folders = new Set(this.#watched.map(({ file }) => dirname(resolve(this.#options.cwd, file))));
    return [...folders].map(signatureOf).join("\n");
  }
}

function signatureOf(folder: string): string {
  try {
    return readdirSync(folder)
      .filter((name) => /\.(?:ya?ml|json)$/.test(basename(name)))
      .slice(0, maxEntries)
      .map((name) => {
        const { mtimeMs, size } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? { mtimeMs: 0, size: 0 };
        return `${name} ${mtimeMs} ${size}`;
      })
      .join("\n");
  } catch {
    return ""; // the folder is gone: its files are reported as missing
  }
}

const hashOf = (blueprint: JsonObject): string => createHash("sha256").update(JSON.stringify(blueprint)).digest("hex");

const shown = ({ file, good, issues }: Watched): DevFile => ({ file, name: good?.name ?? null, issues });

/** The state of a file that is missing, or that cannot be read. */
function unread(error: unknown): CheckedState {
  if (!IceError.is(error)) throw error;
  const { code, message, fix = "save the file" } = error;
  return { data: undefined, issues: [{ code, severity: "error", path: "", message, fix }], lines: () => [] };
}
