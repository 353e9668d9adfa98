const tokenKey = "ice.token";

/** The token of the session, or one that a person has pasted. No cookie: those are shared by all ports of a host. */
export const savedToken = (): string | null => localStorage.getItem(tokenKey);

export function saveToken(token: string | null): void {
  if (token === null) localStorage.removeItem(tokenKey);
  else localStorage.setItem(tokenKey, token);
}

/** Exchanges the secret of the link, if the address has one, and removes it from the address and the history. */
export async function takeLink(): Promise<void> {
  const once = new URLSearchParams(location.hash.slice(1)).get("once");
  if (once === null) return;
  history.replaceState(null, "", location.pathname + location.search);
  const answer = await fetch("/v1/session", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ once }),
  });
  if (answer.ok) saveToken(((await answer.json()) as { token: string }).token);
}
