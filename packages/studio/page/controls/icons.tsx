import type { ReactNode } from "react";
import type { NodeState } from "../state/node-state.ts";

const shapes = {
  runs: <path d="M2.5 4h11M2.5 8h11M2.5 12h7" />,
  inbox: <path d="M2 9.5 4 3h8l2 6.5V13H2zM2 9.5h3.5l1 1.5h3l1-1.5H14" />,
  workflows: <path d="M2 6h4v4H2zM10 2h4v4h-4zM10 10h4v4h-4zM6 8h2m2-4H8v8h2" />,
  networks: (
    <path d="M5 4.5h6M4.5 5.5 7.3 11M11.5 5.5 8.7 11M3.5 6a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM12.5 6a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM8 13.8a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z" />
  ),
  tools: (
    <path
      d="M9.8 6.2a3.3 3.3 0 0 0 4-4.2l-2 2-1.8-1.8 1.9-1.9A3.3 3.3 0 0 0 7.8 4.4L2 10.2V14h3.8z"
      transform="translate(0 .8)"
    />
  ),
  search: <path d="M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.6-1.4L14 14" />,
  copy: <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />,
  stop: <path d="M4.5 4.5h7v7h-7z" />,
  play: <path d="M5 3.2v9.6L12.5 8z" />,
  chevron: <path d="m6 3 5 5-5 5" />,
  down: <path d="m3 6 5 5 5-5" />,
  box: <path d="M8 1.8 13.4 5v6L8 14.2 2.6 11V5zM2.8 5.1 8 8l5.2-2.9M8 8v6" />,
  loop: <path d="M3 7V6a2 2 0 0 1 2-2h8m-2-2 2 2-2 2M13 9v1a2 2 0 0 1-2 2H3m2 2-2-2 2-2" />,
  choice: <path d="M8 2.2 13.8 8 8 13.8 2.2 8z" />,
  person: <path d="M8 8a2.8 2.8 0 1 0 0-5.6A2.8 2.8 0 0 0 8 8zm-5 6c.3-2.8 2.3-4.2 5-4.2s4.7 1.4 5 4.2" />,
  clock: <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zm0-9.5V8l2.3 1.6" />,
  model: <path d="M8 2v3m0 6v3M2 8h3m6 0h3M4 4l1.8 1.8m4.4 4.4L12 12M12 4l-1.8 1.8M5.8 10.2 4 12" />,
  code: <path d="m5.5 4.5-3.5 3.5 3.5 3.500m5-7 3.5 3.5-3.5 3.5" />,
  layers: <path d="M8 2 14 5.2 8 8.4 2 5.200zM2.5 8.3 8 11.200l5.5-2.900M2.5 11 8 13.900l5.5-2.9" />,
  lock: <path d="M3.5 7h9v6.500h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2" />,
  sun: (
    <path d="M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.500v1M8 13.500v1M1.5 8h1M13.5 8h1M3.4 3.400l.7.7m7.8 7.8.7.7m0-9.2-.7.700M4.1 11.900l-.7.7" />
  ),
  moon: <path d="M13.2 9.800A5.7 5.7 0 0 1 6.2 2.800a5.7 5.7 0 1 0 7 7z" />,
  close: <path d="m4 4 8 8m0-8-8 8" />,
  plus: <path d="M8 3v10M3 8h10" />,
  help: (
    <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.3 6.300a1.8 1.8 0 1 1 2.5 1.700c-.6.3-.8.6-.8 1.200M8 11.200v.1" />
  ),
} as const satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

export const Icon = ({ name }: { readonly name: IconName }): ReactNode => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
    {shapes[name]}
  </svg>
);

const ring = "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z";

const stateShapes: Readonly<Record<NodeState, ReactNode>> = {
  completed: <path d={`${ring}M5.3 8.200l1.9 1.9 3.5-4`} />,
  running: <path className="turns" d="M8 2a6 6 0 1 1-5.2 3" />,
  failed: <path d={`${ring}M6 6l4 4m0-4-4 4`} />,
  waiting: <path d="M8 8a2.8 2.8 0 1 0 0-5.600A2.8 2.8 0 0 0 8 8zm-5 6c.3-2.8 2.3-4.2 5-4.200s4.7 1.4 5 4.2" />,
  suspended: <path d={`${ring}M8 4.500V8l2.3 1.600`} />,
  retrying: <path d="M3 3v3.500h3.500M3.3 6.300A5.5 5.5 0 1 1 2.8 10" />,
  skipped: (
    <>
      <path strokeDasharray="2.6 2.1" d={ring} />
      <path d="M5.5 8h5" />
    </>
  ),
  cancelled: <path d={`${ring}M5.5 8h5`} />,
  pending: <path strokeDasharray="1.2 2.570" d={ring} />,
};

export const StateIcon = ({ state }: { readonly state: NodeState }): ReactNode => (
  <svg className="icon" viewBox="0 0 16 16" aria-hidden="true">
    {stateShapes[state]}
  </svg>
);

const typeIcons: Readonly<Record<string, IconName>> = {
  loop: "loop",
  recursive: "loop",
  condition: "choice",
  switch: "choice",
  human: "person",
  wait: "clock",
  monitor: "clock",
  llm: "model",
  agent: "model",
  swarm: "model",
  code: "code",
  parallel: "layers",
  scope: "layers",
  workflow: "workflows",
};

export const TypeIcon = ({ type }: { readonly type: string }): ReactNode => <Icon name={typeIcons[type] ?? "box"} />;
