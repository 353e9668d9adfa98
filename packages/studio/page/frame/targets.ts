import type { IconName } from "../controls/icons.tsx";
import { runAddress } from "../router/router.tsx";

/** Something that the palette jumps to. */
export interface Target {
  readonly name: string;
  /** What it is, and more about it. */
  readonly note: string;
  readonly icon: IconName;
  readonly href: string;
}

/** Entries that are shown at once. */
const most = 40;

/** Those that contain all words, the ones whose names begin with the text first. The order stays otherwise, each place comes once. */
export function matching(targets: readonly Target[], text: string): Target[] {
  const wanted = text.toLowerCase().trim();
  const words = wanted.split(/\s+/).filter(Boolean);
  const rank = ({ name }: Target): number =>
    name.toLowerCase().startsWith(wanted) ? 0 : name.toLowerCase().includes(wanted) ? 1 : 2;
  const places = [...new Map(targets.toReversed().map((target) => [target.href, target])).values()].toReversed();
  return places
    .filter(({ name, note, href }) => {
      const all = `${name} ${note} ${href}`.toLowerCase();
      return words.every((word) => all.includes(word));
    })
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, most);
}

/** What looks like the id of a run is one, whether it is on the first page of runs or not. */
export const typedRun = (text: string): Target[] =>
  /^[\w.-]{8,}$/.test(text.trim())
    ? [{ name: text.trim(), note: "run id", icon: "runs", href: runAddress(text.trim()) }]
    : [];
