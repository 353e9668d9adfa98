import { useCallback, useEffect, useState, type ReactNode } from "react";
import { onUnauthorized } from "./api/client.ts";
import { savedToken, saveToken } from "./api/session.ts";
import { ApprovalsPage } from "./approvals/approvals-page.tsx";
import { Empty } from "./controls/controls.tsx";
import { Help } from "./frame/help.tsx";
import { Palette } from "./frame/palette.tsx";
import { Rail } from "./frame/rail.tsx";
import { SignIn } from "./frame/sign-in.tsx";
import { useTheme } from "./frame/theme.ts";
import { Link, usePlace, type Place } from "./router/router.tsx";
import { useKeys } from "./router/keys.ts";
import { NetworkPage } from "./networks/network-page.tsx";
import { NetworksPage } from "./networks/networks-page.tsx";
import { RunPage } from "./run/run-page.tsx";
import { RunsPage } from "./runs/runs-page.tsx";
import { ToolsPage } from "./tools/tools-page.tsx";
import { WorkflowsPage } from "./workflows/workflows-page.tsx";

/** The whole page. */
export function App(): ReactNode {
  const [token, setToken] = useState(savedToken);
  const [wasRefused, setRefused] = useState(false);
  const [opened, setOpened] = useState<"help" | "palette">();
  const { theme, toggle } = useTheme();
  const place = usePlace();
  const signOut = useCallback((refused: boolean) => {
    saveToken(null);
    setToken(null);
    setRefused(refused);
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
  if (token === null) return <SignIn wasRefused={wasRefused} onToken={() => setToken(savedToken())} />;
  return (
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
  );
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
        <Empty title="There is no such page">
          <Link className="button" href="/runs">
            Runs
          </Link>
        </Empty>
      );
  }
}
