import { createHash } from "node:crypto";
import type { DevBlueprint, DevFile, DevFiles } from "@ice/api";
import type { Issue, JsonObject } from "@ice/core";

/** A file as `ice dev` has it, which a test edits: JSON, or text that cannot be read. */
export class EditedFile implements DevFiles {
  revision = 1;
  readonly #file: string;
  readonly #listeners = new Set<() => void>();
  #good?: DevBlueprint;
  #text = "";
  #issues: readonly Issue[] = [];

  constructor(file: string, blueprint: JsonObject) {
    this.#file = file;
    this.write(JSON.stringify(blueprint, null, 2));
  }

  list(): readonly DevFile[] {
    return [{ file: this.#file, name: this.#good?.name ?? null, issues: this.#issues }];
  }

  find(name: string): ReturnType<DevFiles["find"]> {
    return this.#good?.name === name ? this.#good : undefined;
  }

  textOf(file: string): string {
    return file === this.#file ? this.#text : "";
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A text that is no JSON has a mistake in its third line. */
  write(text: string): void {
    this.#text = text;
    try {
      const blueprint = JSON.parse(text) as JsonObject;
      this.#issues = [];
      this.#good = {
        name: String(blueprint["name"]),
        version: "0.0.0",
        revision: (this.#good?.revision ?? 0) + 1,
        hash: createHash("sha256").update(text).digest("hex"),
        createdAt: Date.now(),
        createdBy: "dev",
        blueprint,
        base: `${import.meta.dirname}/page.yaml`,
      };
    } catch {
      const message = "unknown node type `tol`";
      this.#issues = [
        {
          code: "ICE_NODE_TYPE_UNKNOWN",
          severity: "error",
          path: "",
          message,
          fix: "write type: tool",
          line: 3,
          column: 5,
        },
      ];
    }
    this.revision += 1;
    for (const listener of this.#listeners) listener();
  }
}
