import type { ReactNode } from "react";
import { client } from "../api/client.ts";
import { useAnswerNews } from "../live/answer-news.ts";
import { Button } from "../controls/controls.tsx";
import { Icon, StateIcon, type IconName } from "../controls/icons.tsx";
import { keyName } from "../controls/key-name.ts";
import { formatTime, noVersion, plural } from "../format/format.ts";
import { useConnection } from "../live/connection.ts";
import { useMe } from "../live/me.ts";
import { useServer } from "../live/server.ts";
import { useLoad } from "../live/use-load.ts";
import { fileAddress, Link, usePlace } from "../router/router.tsx";

export const pages: readonly { readonly name: string; readonly path: string; readonly icon: IconName }[] = [
  { name: "Runs", path: "/runs", icon: "runs" },
  { name: "Approvals", path: "/approvals", icon: "inbox" },
  { name: "Workflows", path: "/workflows", icon: "workflows" },
  { name: "Networks", path: "/networks", icon: "networks" },
  { name: "Tools and nodes", path: "/tools", icon: "tools" },
];

interface RailProps {
  readonly current: string;
  readonly theme: string;
  readonly onTheme: () => void;
  readonly onSearch: () => void;
  readonly onHelp: () => void;
  readonly onSignOut: () => void;
}

export function Rail({ current, theme, onTheme, onSearch, onHelp, onSignOut }: RailProps): ReactNode {
  const { info, files } = useServer();
  return (
    <div className="rail">
      <div className="brand">
        <Icon name="box" />
        ice {info?.dev === true && <span>dev</span>}
      </div>
      <Button className="search" icon="search" hint={keyName("mod+k")} onClick={onSearch}>
        <span>Search or jump</span>
      </Button>
      <Pages current={current} />
      {files.length > 0 && <OpenFiles />}
      <div className="rail-end">
        <div className="row">
          <Button
            look="plain"
            icon={theme === "dark" ? "sun" : "moon"}
            aria-label={`Use the ${theme === "dark" ? "light" : "dark"} theme`}
            onClick={onTheme}
          />
          <Button look="plain" icon="help" aria-label="All keys" onClick={onHelp} />
          <Button look="plain" onClick={onSignOut}>
            Sign out
          </Button>
        </div>
        <SignedIn />
        <ConnectionState version={info?.version} />
        {info?.store !== undefined && (
          <span className="mono store" title={info.store}>
            {info.store}
          </span>
        )}
      </div>
    </div>
  );
}

function Pages({ current }: { readonly current: string }): ReactNode {
  const { value, reload } = useLoad("tasks", (signal) => client.tasks.list({ limit: 100, signal }), 3000);
  useAnswerNews(reload);
  const count = value?.tasks.length ?? 0;
  return (
    <nav aria-label="Pages">
      {pages.map(({ name, path, icon }) => (
        <Link key={path} href={path} aria-current={current === path ? "page" : undefined}>
          <Icon name={icon} />
          <span>{name}</span>
          {path === "/approvals" && count > 0 && (
            <span className="count">
              {count}
              {value?.next ? "+" : ""}
              <span className="visually-hidden"> open</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}

/** What `ice dev` watches. A file with a mistake says so. */
function OpenFiles(): ReactNode {
  const { files } = useServer();
  const { parts, query } = usePlace();
  return (
    <nav className="open-files" aria-label="Open files">
      <h2>Open files</h2>
      {files.map(({ file, name, issues }) => {
        const errors = issues.filter(({ severity }) => severity === "error").length;
        const isCurrent = parts[0] === "workflows" && (name === null ? query.get("file") === file : parts[1] === name);
        return (
          <Link key={file} href={fileAddress({ file, name })} title={file} aria-current={isCurrent || undefined}>
            <Icon name="workflows" />
            <span>{file.slice(file.lastIndexOf("/") + 1)}</span>
            {errors > 0 && (
              <span className="bad" data-state="failed">
                <StateIcon state="failed" />
                <span className="visually-hidden">{plural(errors, "error")}</span>
              </span>
            )}
          </Link>
        );
      })}
    </nav>
  );
}

/** Who is signed in, and what they may do. */
function SignedIn(): ReactNode {
  const me = useMe();
  if (me === undefined) return null;
  return (
    <span className="row signed-in" title={`Tenant ${me.tenant}; scopes: ${me.scopes.join(", ")}`}>
      <Icon name="person" />
      <span className="visually-hidden">Signed in as</span>
      {me.name}
    </span>
  );
}

function ConnectionState({ version }: { readonly version: string | undefined }): ReactNode {
  const { isConnected, seenAt } = useConnection();
  return (
    <div className="row">
      <span className="row" role="status">
        <span className="live-dot" data-connected={isConnected} />
        {isConnected ? "Live" : `Reconnecting, last seen ${formatTime(seenAt)}`}
      </span>
      {isConnected && version !== undefined && version !== noVersion && <span className="quiet">v{version}</span>}
    </div>
  );
}
