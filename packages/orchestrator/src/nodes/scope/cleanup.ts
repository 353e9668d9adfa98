import { IceError, type Json, type JsonObject } from "@ice/core";
import { compensationKey, isPlainObject } from "@ice/core/internal";
import type { ScopeResult } from "../../run/children-result.ts";
import type { ScopeActivation } from "./scope-activation.ts";

/** A node that has failed while it cleaned up. */
interface Failed {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** What a scope does after its body, whatever stops it meanwhile. A failure in it stops nothing else. */
export class Cleanup {
  /** Names that the lists after the body can use: the body's completed nodes, and its error. */
  readonly locals: JsonObject;
  readonly #activation: ScopeActivation;
  readonly #body: ScopeResult;
  readonly #failed: Failed[] = [];

  constructor(activation: ScopeActivation, body: ScopeResult, error: IceError | undefined) {
    this.#activation = activation;
    this.#body = body;
    const outer = activation.get("nodes");
    const nodes = { ...(isPlainObject(outer) && outer), ...body.outputs };
    const shown = error && { code: error.code, message: error.message, path: error.path ?? activation.path };
    this.locals = { ...body.outputs, nodes, error: shown ?? null };
  }

  /** Undoes the completed nodes of the body, one after another, the last to end first. */
  async compensate(): Promise<void> {
    const { node } = this.#activation;
    const completed = this.#body.completedInOrder.toReversed().filter((id) => node.children.has(compensationKey(id)));
    await this.#withinLimit(async (signal) => {
      for (const id of completed) {
        if (signal.aborted) return;
        const done = await this.#run(compensationKey(id), signal);
        if (done) this.#activation.emit("scope.compensated", { of: id });
      }
    });
  }

  /** Runs `finally`. */
  async finish(): Promise<void> {
    if (!this.#activation.node.children.has("finally")) return;
    await this.#withinLimit(async (signal) => {
      await this.#run("finally", signal);
    });
  }

  /** @throws IceError `ICE_CLEANUP_FAILED` if anything has failed. @param first - the error before. */
  check(first: IceError | undefined): void {
    if (this.#failed.length === 0) return;
    const { nodeId } = this.#activation;
    const failed = this.#failed.map((each) => ({ ...each }));
    const details: JsonObject = { failed, ...(first && { first: errorOf(first) }) };
    this.#activation.emit("scope.cleanupFailed", { failed });
    const error = new IceError(
      "ICE_CLEANUP_FAILED",
      `The scope "${nodeId}" could not clean up: ${failed[0]!.message}`,
      {
        fix: "see in `details` what has failed, and clean up by hand",
        retryable: false,
        details,
      },
    );
    this.#activation.failedClosing = error; // also if the scope is stopped
    throw error;
  }

  /** Whether all nodes of a group have done their work. */
  async #run(group: string, signal: AbortSignal): Promise<boolean> {
    const { status, error } = await this.#activation.children.runGroup(group, {
      isCleanup: true,
      locals: this.locals,
      signal,
    });
    if (error !== undefined) this.#failed.push(errorOf(error));
    else if (status === "cancelled") this.#fail("ICE_NODE_TIMEOUT", `took longer than ${this.#limit} s`);
    return status === "completed";
  }

  get #limit(): number {
    return this.#activation.config.cleanupSeconds;
  }

  /** Work that is cancelled after `cleanupSeconds`. A resume gives it the full time again. */
  async #withinLimit(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    const cancelTimer = this.#activation.run.setTimer(this.#limit * 1000, () => controller.abort());
    await work(controller.signal);
    cancelTimer();
  }

  #fail(code: string, problem: string): void {
    const { path, nodeId } = this.#activation;
    this.#failed.push({ path, code, message: `Cleaning up "${nodeId}" ${problem}.` });
  }
}

const errorOf = ({ code, message, path = "" }: IceError): Failed & Record<string, Json> => ({ path, code, message });
