import { IceApiError } from "../errors/ice-api-error.ts";
import { readText } from "./read-text.ts";

/** Statuses that pass by themselves. */
const passing: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Bytes of a problem document that are read. */
const maxProblemBytes = 1024 * 1024;

interface Problem {
  readonly code: string;
  readonly title?: unknown;
  readonly detail?: unknown;
  readonly fix?: unknown;
  readonly issues?: unknown;
  readonly first?: unknown;
  readonly instance?: unknown;
}

/** The error of an answer that is none of success. */
export async function errorOfAnswer(response: Response): Promise<IceApiError> {
  const { status, headers } = response;
  const retryAfterMs = retryAfterOf(headers.get("retry-after"));
  const general = { status, retryable: passing.has(status), retryAfterMs };
  const problem = await readProblem(response);
  if (problem === undefined)
    return new IceApiError("ICE_ANSWER_INVALID", `The server answered with status ${status} and no problem document.`, {
      ...general,
      fix: "check the address: something else than an ice server answers there",
      requestId: headers.get("x-request-id") ?? undefined,
    });
  const { code, title, detail, fix, issues, first, instance } = problem;
  const requestId = textOf(instance)?.replace("urn:ice:request:", "") ?? headers.get("x-request-id") ?? undefined;
  const details = {
    ...(Array.isArray(issues) ? { issues: issues as unknown[] } : {}),
    ...(first === undefined ? {} : { first }),
  };
  const message = textOf(detail) ?? textOf(title) ?? `The server answered with status ${status}.`;
  return new IceApiError(code, message, { ...general, fix: textOf(fix), requestId, details });
}

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

async function readProblem(response: Response): Promise<Problem | undefined> {
  try {
    const body: unknown = JSON.parse(await readText(response, maxProblemBytes));
    const isProblem = typeof body === "object" && body !== null && "code" in body && typeof body.code === "string";
    return isProblem ? (body as Problem) : undefined;
  } catch {
    return undefined; // a page of a proxy, or an answer that was cut
  }
}

/** Seconds, or a date (RFC 9110 §10.2.3). */
function retryAfterOf(value: string | null): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
