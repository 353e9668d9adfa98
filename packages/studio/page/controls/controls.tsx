import type { ButtonHTMLAttributes, ReactNode } from "react";
import { ApiError } from "../api/http.ts";
import { stateWord, type NodeState } from "../state/node-state.ts";
import { Icon, StateIcon, type IconName } from "./icons.tsx";
import { Marked } from "./marked.tsx";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: "primary" | "danger" | "plain";
  readonly icon?: IconName;
  /** A key that does the same. */
  readonly hint?: string;
}

export const Button = ({ look, icon, hint, children, className = "", ...rest }: ButtonProps): ReactNode => (
  <button
    type="button"
    {...rest}
    className={`button ${look ?? ""} ${children === undefined ? "icon-only" : ""} ${className}`}
  >
    {icon !== undefined && <Icon name={icon} />}
    {children}
    {hint !== undefined && <kbd>{hint}</kbd>}
  </button>
);

/** A state as colour, icon and word. */
export const StateChip = ({
  state,
  word = stateWord(state),
  pill = false,
}: {
  readonly state: NodeState;
  readonly word?: string;
  readonly pill?: boolean;
}): ReactNode => (
  <span className={pill ? "state pill" : "state"} data-state={state}>
    <StateIcon state={state} />
    {word}
  </span>
);

/** A filter that is on or off. */
export const FilterChip = ({
  on,
  onToggle,
  state,
  children,
}: {
  readonly on: boolean;
  readonly onToggle: () => void;
  readonly state?: NodeState;
  readonly children: ReactNode;
}): ReactNode => (
  <button type="button" className="chip" aria-pressed={on} onClick={onToggle}>
    {state !== undefined && <StateIcon state={state} />}
    {children}
  </button>
);

/** What failed in a part of the page, with what to do. The other parts go on. */
export function Notice({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }): ReactNode {
  const { code, message, fix } = partsOf(error);
  return (
    <div className="notice" role="alert">
      <div className="grow stack">
        <code>{code}</code>
        <span>
          <Marked text={message} />
        </span>
        {fix !== undefined && (
          <span>
            <strong>Fix</strong> <Marked text={fix} />
          </span>
        )}
      </div>
      {onRetry !== undefined && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

function partsOf(error: unknown): {
  readonly code: string;
  readonly message: string;
  readonly fix?: string | undefined;
} {
  if (!(error instanceof ApiError))
    return { code: "ERROR", message: error instanceof Error ? error.message : String(error) };
  if (error.status !== 0) return error;
  // A browser only says "Failed to fetch", which does not help.
  const fix = "check that it is running, and try again";
  return { code: error.code, message: "The server does not answer.", fix };
}

export const Empty = ({ title, children }: { readonly title: string; readonly children?: ReactNode }): ReactNode => (
  <div className="empty">
    <h2>{title}</h2>
    {children}
  </div>
);
