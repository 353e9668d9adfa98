const tokenKey = "ice.token";

/** The token of the session, or one that a person has pasted. No cookie: those are shared by all ports of a host. */
export const savedToken = (): string | null => localStorage.getItem(tokenKey);

export function saveToken(token: string | null): void {
  if (token === null) localStorage.removeItem(tokenKey);
  else localStorage.setItem(tokenKey, token);
}

/** Why something did not lead to a session. */
export type SessionProblem = "wrong" | "tooMany" | "unreachable";

/**
 * Exchanges the secret of the link, if the address has one, and removes it from the address and the history.
 *
 * @returns why there is no session of it; undefined without a link.
 */
export async function takeLink(): Promise<SessionProblem | undefined> {
  const once = new URLSearchParams(location.hash.slice(1)).get("once");
  if (once === null) return undefined;
  history.replaceState(null, "", location.pathname + location.search);
  const answer = await ask("/v1/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ once }),
  });
  if (answer?.ok === true) saveToken(((await answer.json()) as { token: string }).token);
  return problemOf(answer);
}

/** Asks the server once whether it takes a token. @returns why not. */
export async function checkToken(token: string): Promise<SessionProblem | undefined> {
  // A header cannot contain anything else.
  if (!/^[\x21-\x7e]+$/.test(token)) return "wrong";
  return problemOf(await ask("/v1/me", { headers: { authorization: `Bearer ${token}` } }));
}

/** Undefined if there was no answer. */
async function ask(path: string, init: RequestInit): Promise<Response | undefined> {
  try {
    return await fetch(path, init);
  } catch {
    return undefined;
  }
}

function problemOf(answer: Response | undefined): SessionProblem | undefined {
  if (answer?.ok === true) return undefined;
  if (answer?.status === 429) return "tooMany";
  return answer === undefined || answer.status >= 500 ? "unreachable" : "wrong";
}
