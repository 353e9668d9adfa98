import type { PartScrubber } from "@ice/core";
import type { Secrets } from "../options/mcp-options.ts";

/** Characters that are kept. */
const maxLength = 2048;

/**
 * The end of what a process writes to its standard error, without values of secrets. They are replaced before the text is cut: half
 * a value would not be found afterwards.
 */
export class ErrorOutput {
  readonly #scrubber: PartScrubber;
  #text = "";

  constructor(secrets: Pick<Secrets, "scrubParts">) {
    this.#scrubber = secrets.scrubParts();
  }

  get text(): string {
    return this.#text;
  }

  add(part: string): void {
    this.#keep(this.#scrubber.add(part));
  }

  /** Adds what may have been the beginning of a secret. Nothing may be added afterwards. */
  end(): void {
    this.#keep(this.#scrubber.end());
  }

  #keep(text: string): void {
    this.#text = (this.#text + text).slice(-maxLength);
  }
}
