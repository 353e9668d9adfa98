import { useState, type ReactNode } from "react";
import { Button } from "../controls/controls.tsx";

/** How long it says that it has copied, in milliseconds. */
const copiedMs = 1500;

export function CopyIdButton({ id }: { readonly id: string }): ReactNode {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(id);
    setCopied(true);
    setTimeout(() => setCopied(false), copiedMs);
  };
  return (
    <Button look="plain" icon="copy" onClick={() => void copy()}>
      {copied ? "Copied" : "Copy id"}
    </Button>
  );
}
