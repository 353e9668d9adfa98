const isApple = /^(?:Mac|iPhone|iPad)/.test(globalThis.navigator?.platform ?? "");

const names: Readonly<Record<string, string>> = { Enter: "↵" };

/** A key as it is written on keyboards of this system: `mod+k` is `⌘K` or `Ctrl+K`. */
export function keyName(key: string, onApple = isApple): string {
  const plain = key.replace(/^mod\+/, "");
  const name = names[plain] ?? plain.toUpperCase();
  return plain === key ? name : `${onApple ? "⌘" : "Ctrl+"}${name}`;
}

/** The key of `mod+…` alone. */
export const modName = isApple ? "⌘" : "Ctrl";
