import { useState, type FormEvent, type ReactNode } from "react";
import { checkToken, saveToken, type SessionProblem } from "../api/session.ts";
import { Button } from "../controls/controls.tsx";

/** Why a person has to sign in: what was wrong with the link, or the session has ended. */
export type SignInReason = SessionProblem | "ended";

const reasons: Readonly<Record<SignInReason, string>> = {
  ended: "The session has ended. It lasts for twelve hours, and ends when the server stops.",
  wrong: "The link does not work any more: it was used before, or is older than ten minutes.",
  tooMany: "Too many wrong links or tokens came from this address. Wait a minute, and try again.",
  unreachable: "The server does not answer. Check that it is running, and try again.",
};

const tokenProblems: Readonly<Record<SessionProblem, string>> = {
  ...reasons,
  wrong: "The server does not accept this token: it is wrong, was revoked, or has expired.",
};

interface SignInProps {
  /** Absent if a person has signed out, or comes for the first time. */
  readonly reason: SignInReason | undefined;
  readonly onToken: () => void;
}

/** Without a session: how to get one. A token is tried once before it is kept. */
export function SignIn({ reason, onToken }: SignInProps): ReactNode {
  const [token, setToken] = useState("");
  const [problem, setProblem] = useState<SessionProblem>();
  const [isChecking, setChecking] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isChecking) return;
    setChecking(true);
    const found = await checkToken(token.trim());
    setChecking(false);
    setProblem(found);
    if (found !== undefined) return;
    saveToken(token.trim());
    onToken();
  };
  return (
    <main className="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <h1>Sign in to ice</h1>
        {reason !== undefined && (
          <p className="answer-note" data-state="waiting" role="alert">
            {reasons[reason]}
          </p>
        )}
        <p>
          Open the link that <code>ice serve</code> has printed in its terminal. It works once, within ten minutes;
          restart the server for another one.
        </p>
        <p>
          Or make a token, and paste it here:{" "}
          <code>ice tokens create NAME --scope read --scope run --scope respond</code>
        </p>
        <div className="field">
          <label htmlFor="token">Access token</label>
          <input
            id="token"
            className="input mono"
            type="password"
            autoComplete="off"
            required
            value={token}
            aria-invalid={problem !== undefined}
            aria-describedby={problem && "token-problem"}
            onChange={(event) => {
              setToken(event.target.value);
              setProblem(undefined);
            }}
          />
          {problem !== undefined && (
            <span id="token-problem" className="problem" role="alert">
              {tokenProblems[problem]}
            </span>
          )}
        </div>
        <div>
          <Button look="primary" type="submit" disabled={isChecking}>
            Sign in
          </Button>
        </div>
      </form>
    </main>
  );
}
