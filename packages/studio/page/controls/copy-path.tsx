import type { ReactNode } from "react";
import { Button } from "./controls.tsx";

/** Copies the path of a node. */
export function CopyPath({ path }: { readonly path: string }): ReactNode {
  return (
    <Button
      look="plain"
      icon="copy"
      aria-label="Copy the path"
      onClick={() => void navigator.clipboard.writeText(path)}
    />
  );
}
