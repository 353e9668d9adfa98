import { IceError, type Json, type JsonObject } from "@ice/core";
import { compensationKey, isPlainObject } from "@ice/core/internal";
import type { ScopeResult } from "../../run/children-result.ts";
import { recordOf, type BodyEnd, type CleanupStep } from "./body-end.ts";
import { hasBegun, hasEnded } from "./earlier-groups.ts";
import type { ScopeActivation } from "./scope-activation.ts";

/** A node that has failed while it cleaned up. */
interface Failed {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** What comes before a cleanup. */
export interface BeforeCleanup {
  readonly body: ScopeResult;
  readonly ending: BodyEnd;
  /** The error with which the scope fails. */
  readonly error: IceError | undefined;
}

/** What a scope does after its body, whatever stops it meanwhile. A failure in it stops nothing else. */
export class Cleanup {
  /** Names that the lists after the body can use: the body's completed nodes, and its error. */
  readonly locals: JsonObject;
  readonly #activation: ScopeActivation;
  readonly #body: ScopeResult;
  readonly #failed: Failed[] = [];
  /** How the body has ended, and what was not done in time after it. */
  #ending: BodyEnd;

  constructor(activation: ScopeActivation, { body, ending, error }: BeforeCleanup) {
    this.#activation = activation;
    this.#body = body;
    this.#ending = ending;
    const outer = activation.get("nodes");
    const nodes = { ...(isPlainObject(outer) && outer), ...body.outputs };
    const shown = error && { code: error.code, message: error.message, path: error.path ?? activation.path };
    this.locals = { ...body.outputs, nodes, error: shown ?? null };
  }

  /** Undoes the completed nodes of the body, one after another, the last to end first. */
  async compensate(): Promise<void> {
    const { node } = this.#activation;
    const completed = this.#body.completedInOrder.toReversed().filter((id) => node.children.has(compensationKey(id)));
    await this.#withinLimit("compensate", async (signal) => {
      for (const id of completed) {
        const group = compensationKey(id);
        if (signal.aborted && !hasBegun(this.#activation, group)) return;
        const isNew = !hasEnded(this.#activation, group);
        const done = await this.#run(group, signal);
        if (done && isNew) this.#activation.emit("scope.compensated", { of: id });
      }
    });
  }

  /** Runs `finally`. */
  async finish(): Promise<void> {
    if (!this.#activation.node.children.has("finally")) return;
    await this.#withinLimit("finally", async (signal) => {
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
    this.#activation.notes = { ...this.#activation.notes, failedClosing: error }; // also if the scope is stopped
    throw error;
  }

  /** Whether all nodes of a group have done their work. What has ended in an earlier process is not cancelled any more. */
  async #run(group: string, signal: AbortSignal): Promise<boolean> {
    const { status, error } = await this.#activation.children.runGroup(group, {
      isCleanup: true,
      locals: this.locals,
      ...(!hasEnded(this.#activation, group) && { signal }),
    });
    if (error !== undefined) this.#failed.push(errorOf(error));
    return status === "completed";
  }

  /** Work that is cancelled after `cleanupSeconds`, which is recorded first. Until then, a resume gives it the full time again. */
  async #withinLimit(step: CleanupStep, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { run, config, path, nodeId } = this.#activation;
    const { cleanupSeconds } = config;
    const controller = new AbortController();
    let cancelTimer: (() => void) | undefined;
    if (this.#ending.cut?.includes(step) === true) controller.abort();
    else
      cancelTimer = run.setTimer(cleanupSeconds * 1000, () => {
        this.#recordCut(step);
        controller.abort();
      });
    await work(controller.signal);
    cancelTimer?.();
    if (!controller.signal.aborted) return;
    const message = `Cleaning up "${nodeId}" took longer than ${cleanupSeconds} s.`;
    this.#failed.push({ path, code: "ICE_NODE_TIMEOUT", message });
  }

  #recordCut(step: CleanupStep): void {
    this.#ending = { ...this.#ending, cut: [...(this.#ending.cut ?? []), step] };
    void this.#activation.checkpoint(recordOf(this.#ending) as unknown as Json);
  }
}

const errorOf = ({ code, message, path = "" }: IceError): Failed & Record<string, Json> => ({ path, code, message });
