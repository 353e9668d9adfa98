import type { HumanRequest, JournalRecordOf } from "../journal/journal-record.ts";

/** A request to people. */
export type Question = JournalRecordOf<"waiting"> & { readonly wait: HumanRequest };

export const isQuestion = (request: JournalRecordOf<"waiting">): request is Question => request.wait.kind === "human";

/** The id of the answer to a request. The first answer with this id counts. */
export const answerId = (path: string, request: number): string => `${path}#${request}`;
