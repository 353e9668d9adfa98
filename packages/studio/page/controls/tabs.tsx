import type { ReactNode } from "react";

interface TabsProps<Tab extends string> {
  readonly tabs: readonly Tab[];
  readonly selected: Tab;
  readonly onSelect: (tab: Tab) => void;
  readonly label: string;
  /** A number behind the name of a tab. */
  readonly counts?: Readonly<Partial<Record<Tab, string>>>;
  readonly children?: ReactNode;
}

export const Tabs = <Tab extends string>({
  tabs,
  selected,
  onSelect,
  label,
  counts,
  children,
}: TabsProps<Tab>): ReactNode => (
  <div className="tabs">
    <div role="tablist" aria-label={label}>
      {tabs.map((tab) => (
        <button key={tab} type="button" role="tab" aria-selected={tab === selected} onClick={() => onSelect(tab)}>
          {tab} {counts?.[tab] !== undefined && <span className="meta">{counts[tab]}</span>}
        </button>
      ))}
    </div>
    {children}
  </div>
);
