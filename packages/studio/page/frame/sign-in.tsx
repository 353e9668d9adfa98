import { useState, type ReactNode } from "react";
import { saveToken } from "../api/session.ts";
import { Button } from "../controls/controls.tsx";

/** Without a session: how to get one. */
export function SignIn({
  wasRefused,
  onToken,
}: {
  readonly wasRefused: boolean;
  readonly onToken: () => void;
}): ReactNode {
  const [token, setToken] = useState("");
  return (
    <main className="sign-in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          saveToken(token.trim());
          onToken();
        }}
      >
        <h1>{wasRefused ? "The session has ended" : "Sign in to ice"}</h1>
        <p>
          Open the link that <code>ice serve</code> has printed in its terminal. It works once, within ten minutes;
          restart the server for another one.
        </p>
        <p>
          Or make a token, and paste it here:{" "}
          <code>ice tokens create NAME --scope read --scope run --scope respond</code>
        </p>
        <label className="field">
          <span>Access token</span>
          <input
            className="input mono"
            type="password"
            autoComplete="off"
            required
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
        </label>
        <div>
          <Button look="primary" type="submit">
            Sign in
          </Button>
        </div>
      </form>
    </main>
  );
}
