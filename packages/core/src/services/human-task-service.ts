import type { OpenRequest, RequestQuery } from "../journal/open-request.ts";
import type { Json } from "../json/json.ts";
import { serviceKey, type ServiceKey } from "../registry/service-key.ts";

/** Something that a run asks people. */
export type HumanTask = OpenRequest;

/** Selects a page of tasks. */
export interface TaskPageQuery extends Omit<RequestQuery, "after"> {
  /** The `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** A page of tasks, the oldest first. */
export interface TaskPage {
  readonly tasks: readonly HumanTask[];
  /** The cursor of the next page; null on the last one. */
  readonly next: string | null;
}

/** An answer; which kind fits says the `approvalType`. */
export type HumanAnswer = { readonly approved: boolean } | { readonly choice: string } | { readonly response: Json };

/** Options of an answer. */
export interface RespondOptions {
  /** Who answers, in at most 200 characters. With `assignees` it has to be one of them. */
  readonly by?: string | undefined;
}

/** An answer that was recorded. */
export interface AnswerReceipt {
  readonly runId: string;
  readonly path: string;
  readonly accepted: true;
}

/** Shows what runs ask and takes the answers, in any process that has the store. It does not continue runs. */
export interface HumanTaskService {
  /** Open requests, of one run or of all, oldest first; at most 1,000. */
  list(query?: { readonly runId?: string }): Promise<readonly HumanTask[]>;
  /**
   * A page of open requests, oldest first.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_CURSOR_INVALID` (not the `next` of a page with this selection).
   */
  page(query?: TaskPageQuery): Promise<TaskPage>;
  /**
   * Records one answer; the first wins.
   *
   * @throws IceError `ICE_RUN_NOT_FOUND`, `ICE_REQUEST_NOT_FOUND`, `ICE_REQUEST_CLOSED` (answered, expired, or the run has
   * ended; `details.first` is the answer `{ by, at, answer }`, if there is one), `ICE_RESPONSE_INVALID`, `ICE_RESPONSE_DENIED` (not an assignee), `ICE_STORE_CORRUPT` (its schema is none).
   */
  respond(runId: string, path: string, answer: HumanAnswer, options?: RespondOptions): Promise<AnswerReceipt>;
  /**
   * A token with which one answer to exactly this request can be given: bound to run, path, request, deadline, choices and a
   * hash of what is shown. It is of no use once the request is answered.
   */
  tokenFor(task: HumanTask): Promise<string>;
  /** Like `respond`. @throws IceError `ICE_TOKEN_INVALID` besides: forged, or of a request that reads differently now. */
  respondWithToken(token: string, answer: HumanAnswer, options?: RespondOptions): Promise<AnswerReceipt>;
}

export const HumanTaskService: ServiceKey<HumanTaskService> = serviceKey("humanTaskService");
