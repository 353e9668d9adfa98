import type { PartScrubber } from "@ice/core";
import { secretForms } from "@ice/core/internal";

/** Replacing shorter values would garble ordinary words. */
const shortestValue = 8;

/**
 * From this number of forms on, one pattern for all is faster than one for each value: with fewer, V8 tries one form after the
 * other at every character.
 */
const manyForms = 24;

/** Replaces known values in texts. */
export class TextScrubber {
  readonly #values = new Map<string, readonly string[]>();
  /** By form. A form that two values share is replaced by the name of the first. */
  readonly #replacements = new Map<string, string>();
  #patterns: readonly RegExp[] = [];

  get active(): boolean {
    return this.#patterns.length > 0;
  }

  /** Replaces the value from now on by `[secret:NAME]`, or `[secret]` without a name, unless it is too short. */
  add(name: string | undefined, value: string): void {
    if (value.length < shortestValue || this.#values.has(value)) return;
    const forms = secretForms(value).filter((form) => !this.#replacements.has(form));
    this.#values.set(value, forms);
    const shown = name === undefined ? "[secret]" : `[secret:${name}]`;
    for (const form of forms) this.#replacements.set(form, shown);
    const all = [...this.#replacements.keys()];
    // Longer values come first: one may be a part of another, and what is left of that would be shown.
    const longestFirst = [...this.#values].toSorted(([a], [b]) => b.length - a.length);
    this.#patterns =
      all.length < manyForms ? longestFirst.flatMap(([, formsOfValue]) => patternOf(formsOfValue)) : patternOf(all);
  }

  scrub(text: string): string {
    let shown = text;
    for (const pattern of this.#patterns) {
      if (shown.length < shortestValue) return shown;
      pattern.lastIndex = 0;
      if (pattern.test(shown)) shown = shown.replaceAll(pattern, (form) => this.#replacements.get(form)!);
    }
    return shown;
  }

  parts(): PartScrubber {
    let kept = "";
    return {
      add: (part) => {
        const text = kept + part;
        const end = this.#endOfKnown(text);
        kept = text.slice(end);
        return this.scrub(text.slice(0, end));
      },
      end: () => {
        const rest = this.scrub(kept);
        kept = "";
        return rest;
      },
    };
  }

  /** Up to where a text can be shown, whatever follows it: no value is cut in two there. */
  #endOfKnown(text: string): number {
    let end = this.#beginningIn(text);
    if (end === text.length) return end;
    for (const pattern of this.#patterns)
      for (const { index, 0: form } of text.matchAll(pattern))
        if (index < end && index + form.length > end) end = index;
    return end;
  }

  /** Where the longest end of a text begins that may be the beginning of a form; its length if there is none. */
  #beginningIn(text: string): number {
    let earliest = text.length;
    for (const form of this.#replacements.keys()) {
      const from = Math.max(0, text.length - form.length + 1);
      for (let at = text.indexOf(form[0]!, from); at !== -1 && at < earliest; at = text.indexOf(form[0]!, at + 1))
        if (form.startsWith(text.slice(at))) earliest = at;
    }
    return earliest;
  }
}

/** No pattern for no forms. Longer forms come first: one may be the beginning of another. */
function patternOf(forms: readonly string[]): readonly RegExp[] {
  if (forms.length === 0) return [];
  const longestFirst = forms.toSorted((a, b) => b.length - a.length);
  return [new RegExp(longestFirst.map(escaped).join("|"), "g")];
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
