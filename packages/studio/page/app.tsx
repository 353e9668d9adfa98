import { useCallback, useEffect, useState, type ReactNode } from "react";
import { onUnauthorized } from "./api/client.ts";
import { read } from "./api/http.ts";
import { savedToken, saveToken } from "./api/session.ts";
import type { Me } from "./api/types.ts";
import { ApprovalsPage } from "./approvals/approvals-page.tsx";
import { Empty } from "./controls/controls.tsx";
import { Help } from "./frame/help.tsx";
import { Palette } from "./frame/palette.tsx";
import { Rail } from "./frame/rail.tsx";
import { SignIn, type SignInReason } from "./frame/sign-in.tsx";
import { useTheme } from "./frame/theme.ts";
import { useConnection } from "./live/connection.ts";
import { MeContext } from "./live/me.ts";
import { useLoad } from "./live/use-load.ts";
import { Link, usePlace, type Place } from "./router/router.tsx";
import { useKeys } from "./router/keys.ts";
import { NetworkPage } from "./networks/network-page.tsx";
import { NetworksPage } from "./networks/networks-page.tsx";
import { RunPage } from "./run/run-page.tsx";
import { RunsPage } from "./runs/runs-page.tsx";
import { ToolsPage } from "./tools/tools-page.tsx";
import { WorkflowsPage } from "./workflows/workflows-page.tsx";

/** The whole page. */
export function App({ linkProblem }: { readonly linkProblem: SignInReason | undefined }): ReactNode {
  const [token, setToken] = useState(savedToken);
  const [reason, setReason] = useState(linkProblem);
  const me = useMyself(token);
  const [opened, setOpened] = useState<"help" | "palette">();
  const { theme, toggle } = useTheme();
  const place = usePlace();
  const signOut = useCallback((refused: boolean) => {
    saveToken(null);
    setToken(null);
    setReason(refused ? "ended" : undefined);
  }, []);
  useEffect(() => onUnauthorized(() => signOut(true)), [signOut]);
  const close = useCallback(() => setOpened(undefined), []);
  useKeys({
    "?": () => setOpened("help"),
    "mod+k": (event) => {
      event.preventDefault();
      setOpened("palette");
    },
    "/": (event) => {
      event.preventDefault();
      document.querySelector<HTMLElement>("[data-filter]")?.focus();
    },
  });
  if (token === null) return <SignIn reason={reason} onToken={() => setToken(savedToken())} />;
  return (
    <MeContext value={me}>
      <div className="frame">
        <a className="visually-hidden skip-link" href="#main">
          Skip to the content
        </a>
        <Rail
          current={`/${place.parts[0] ?? "runs"}`}
          theme={theme}
          onTheme={toggle}
          onSearch={() => setOpened("palette")}
          onHelp={() => setOpened("help")}
          onSignOut={() => signOut(false)}
        />
        <main id="main" className="main">
          {pageAt(place, theme)}
        </main>
        {opened === "help" && <Help onClose={close} />}
        {opened === "palette" && <Palette onClose={close} />}
      </div>
    </MeContext>
  );
}

/** Who the token belongs to. It is read again when the server is back. */
function useMyself(token: string | null): Me | undefined {
  const { value, error, reload } = useLoad(token ?? undefined, (signal) => read<Me>("/v1/me", { signal }));
  const { isConnected } = useConnection();
  useEffect(() => {
    if (isConnected && error !== undefined) reload();
  }, [isConnected, error, reload]);
  return value;
}

function pageAt({ parts: [page = "runs", name], query }: Place, theme: string): ReactNode {
  switch (page) {
    case "runs":
      return name === undefined ? (
        <RunsPage kind="workflow" status={query.get("status") ?? ""} workflow={query.get("workflow") ?? ""} />
      ) : (
        <RunPage key={name} runId={name} at={query.get("at") ?? undefined} theme={theme} />
      );
    case "approvals":
      return <ApprovalsPage selected={query.get("task") ?? undefined} />;
    case "workflows":
      return <WorkflowsPage name={name} query={query} theme={theme} />;
    case "networks":
      return name === undefined ? (
        <NetworksPage status={query.get("status") ?? ""} />
      ) : (
        <NetworkPage key={name} runId={name} theme={theme} />
      );
    case "tools":
      return <ToolsPage kind={query.get("kind") ?? ""} name={query.get("name") ?? ""} />;
    default:
      return (
        <Empty title="There is no page at this address">
          <p className="mono">{location.pathname}</p>
          <Link className="button" href="/runs">
            Runs
          </Link>
        </Empty>
      );
  }
}
