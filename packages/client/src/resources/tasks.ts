import type { AnswerReceipt, HumanAnswer, HumanTask } from "@ice/core";
import type { CallOptions, HttpClient } from "../http/http-client.ts";
import { pageQuery, type PageOptions } from "./page.ts";

/** Something that a run asks people. */
export interface OpenTask extends HumanTask {
  /** With it the request is answered. Absent if the access token does not have the scope `respond`. */
  readonly token?: string;
}

/** A page of tasks, the oldest first. */
export interface OpenTaskPage {
  readonly tasks: readonly OpenTask[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
}

/** Selects a page of tasks. */
export interface ListTasksOptions extends PageOptions {
  /** Only those of one run. */
  readonly runId?: string | undefined;
}

/** Options of an answer. */
export interface RespondTaskOptions extends CallOptions {
  /** Who answers. Takes the scope `act-as`. Default: the name of the access token. */
  readonly as?: string | undefined;
}

/** What runs ask people. */
export interface TasksClient {
  /** A page of open requests, the oldest first. */
  list(options?: ListTasksOptions): Promise<OpenTaskPage>;
  /**
   * Answers a request; the first answer counts, and the run goes on by itself.
   *
   * @param token - of the task.
   */
  respond(token: string, answer: HumanAnswer, options?: RespondTaskOptions): Promise<AnswerReceipt>;
}

/** @param http - of the server. */
export const createTasksClient = (http: HttpClient): TasksClient => ({
  async list({ runId, signal, ...page } = {}) {
    return (await http.send<OpenTaskPage>({ path: ["tasks"], query: { runId, ...pageQuery(page) }, signal })).body;
  },
  async respond(token, answer, { as, signal } = {}) {
    const body = { ...answer, as };
    return (await http.send<AnswerReceipt>({ method: "POST", path: ["tasks", token], body, signal })).body;
  },
});
