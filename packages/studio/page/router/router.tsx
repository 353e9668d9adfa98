import { useEffect, useSyncExternalStore, type AnchorHTMLAttributes, type ReactNode } from "react";

/** Where the page is: the parts of the path, decoded, and the query. */
export interface Place {
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

const listeners = new Set<() => void>();
const announce = (): void => listeners.forEach((listener) => listener());

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

const address = (): string => location.pathname + location.search;

/** A part that is not valid is shown as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function usePlace(): Place {
  const url = new URL(useSyncExternalStore(subscribe, address), location.origin);
  return { parts: url.pathname.split("/").filter(Boolean).map(decoded), query: url.searchParams };
}

export function go(to: string, { replace = false } = {}): void {
  if (to === address()) return;
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  announce();
}

/** Changes the query of the address, without a step in the history. */
export function setQuery(change: Readonly<Record<string, string | undefined>>): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  go(location.pathname + (text === "" ? "" : `?${text}`), { replace: true });
}

export const runAddress = (runId: string, at?: string): string =>
  `/runs/${encodeURIComponent(runId)}${at === undefined ? "" : `?at=${encodeURIComponent(at)}`}`;

export const workflowAddress = (name: string, query: Readonly<Record<string, string>> = {}): string => {
  const search = new URLSearchParams(query).toString();
  return `/workflows/${encodeURIComponent(name)}${search === "" ? "" : `?${search}`}`;
};

export const networkAddress = (runId: string): string => `/networks/${encodeURIComponent(runId)}`;

/** Of a file that is being edited: its workflow, or the file itself if it has never been good. */
export const fileAddress = ({ file, name }: { readonly file: string; readonly name: string | null }): string =>
  name === null ? `/workflows?file=${encodeURIComponent(file)}` : workflowAddress(name);

/** Goes to another address as soon as it is shown. */
export function Redirect({ to }: { readonly to: string }): null {
  useEffect(() => go(to, { replace: true }), [to]);
  return null;
}

/** A link within the page. */
export const Link = ({
  href,
  ...rest
}: AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string }): ReactNode => (
  <a
    href={href}
    {...rest}
    onClick={(event) => {
      rest.onClick?.(event);
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      go(href);
    }}
  />
);
