import type { ReactNode } from "react";
import { read } from "../api/http.ts";
import type { Me } from "../api/types.ts";
import { Button } from "../controls/controls.tsx";
import { Icon, type IconName } from "../controls/icons.tsx";
import { formatTime } from "../format/format.ts";
import { useConnection } from "../live/connection.ts";
import { useLoad } from "../live/use-load.ts";
import { Link } from "../router/router.tsx";

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
  const tasks = useLoad(
    "tasks",
    (signal) => read<{ tasks: unknown[]; next: string | null }>("/v1/tasks?limit=100", { signal }),
    3000,
  );
  const me = useLoad("me", (signal) => read<Me>("/v1/me", { signal }));
  const count = tasks.value?.tasks.length ?? 0;
  return (
    <div className="rail">
      <div className="brand">
        <Icon name="box" />
        ice
      </div>
      <Button className="search" icon="search" hint="⌘K" onClick={onSearch}>
        <span>Search or jump</span>
      </Button>
      <nav aria-label="Pages">
        {pages.map(({ name, path, icon }) => (
          <Link key={path} href={path} aria-current={current === path ? "page" : undefined}>
            <Icon name={icon} />
            <span>{name}</span>
            {path === "/approvals" && count > 0 && (
              <span className="count">
                {count}
                {tasks.value?.next ? "+" : ""}
                <span className="visually-hidden"> open</span>
              </span>
            )}
          </Link>
        ))}
      </nav>
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
        <ConnectionState />
        <span className="mono">{me.value === undefined ? "" : `${me.value.name} · ${me.value.tenant}`}</span>
      </div>
    </div>
  );
}

function ConnectionState(): ReactNode {
  const { isConnected, seenAt } = useConnection();
  return (
    <div className="row" role="status">
      <span className="live-dot" data-connected={isConnected} />
      {isConnected ? "Live" : `Reconnecting, last seen ${formatTime(seenAt)}`}
    </div>
  );
}
