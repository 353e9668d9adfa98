import { errorCodes, IceError, messageOf } from "@ice/core";
import { logText, shorten } from "@ice/core/internal";
import { z } from "zod";
import { fixOfCode, isProblemCode, privateCodes, retryAfterSeconds, statusOfCode } from "./status-of-code.ts";

/** The schema of an answer that is an error (RFC 9457). */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: "`urn:ice:error:CODE`." }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: "A stable error code, for programs." }),
    detail: z.string(),
    fix: z.string().optional().meta({ description: "What to do." }),
    issues: z.array(z.looseObject({ path: z.string(), message: z.string(), fix: z.string().optional() })).optional(),
    instance: z.string().meta({ description: "The id of the request." }),
  })
  .meta({ id: "Problem" });

/** An answer that is an error. */
export type Problem = z.output<typeof problemSchema>;

/** A problem with the headers that belong to it. */
export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the cause is a failure of the server, which is not shown to the caller. */
  readonly isFailure: boolean;
}

/** Maximum number of characters of a message. */
const maxDetail = 2000;

/** The problem of anything that was thrown while a request was answered. */
export function problemOf(error: unknown, requestId: string): ProblemAnswer {
  const instance = `urn:ice:request:${requestId}`;
  if (!IceError.is(error) || !isProblemCode(error.code)) {
    const problem = {
      type: "urn:ice:error:ICE_INTERNAL",
      title: "The server failed.",
      status: 500,
      code: "ICE_INTERNAL",
      detail: `The request could not be answered. The log of the server has the reason under the id ${requestId}.`,
      instance,
    };
    return { problem, headers: {}, isFailure: true };
  }
  const { code } = error;
  const { issues, first } = error.details;
  const fix = fixOfCode[code] ?? error.fix;
  const problem: Problem = {
    type: `urn:ice:error:${code}`,
    title: errorCodes[code],
    status: statusOfCode[code],
    code,
    detail: privateCodes.has(code) ? errorCodes[code] : shorten(error.message, maxDetail),
    ...(fix === undefined ? {} : { fix: shorten(fix, maxDetail) }),
    ...(Array.isArray(issues) ? { issues } : {}),
    ...(first === undefined ? {} : { first }),
    instance,
  };
  return { problem, headers: headersOf(error, code), isFailure: false };
}

function headersOf(error: IceError, code: keyof typeof statusOfCode): Record<string, string> {
  const seconds = error.retryAfterMs === undefined ? retryAfterSeconds[code] : Math.ceil(error.retryAfterMs / 1000);
  const { allow } = error.details;
  return {
    ...(statusOfCode[code] === 401 ? { "www-authenticate": "Bearer" } : {}),
    ...(seconds === undefined ? {} : { "retry-after": String(Math.max(1, seconds)) }),
    ...(typeof allow === "string" ? { allow } : {}),
  };
}

/** The line of the log about a failure of the server. */
export const failureLine = (error: unknown, requestId: string): string =>
  `ice: request ${requestId} failed: ${IceError.is(error) ? `${error.code}: ` : ""}${firstLineOf(error)}`;

/** The first line of the message of an error, for a log. */
export const firstLineOf = (error: unknown): string => logText(messageOf(error).split("\n", 1)[0] ?? "", maxDetail);
