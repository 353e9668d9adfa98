import { Fragment, type ReactNode } from "react";

/** Text with names in backticks, as messages of ice have them: the names are set as code. */
export const Marked = ({ text }: { readonly text: string }): ReactNode =>
  markedParts(text).map((part, index) =>
    // oxlint-disable-next-line react/no-array-index-key -- parts are named by their place
    part.isCode ? <code key={index}>{part.text}</code> : <Fragment key={index}>{part.text}</Fragment>,
  );

interface MarkedPart {
  readonly text: string;
  readonly isCode: boolean;
}

/** A backtick without a second one is text. */
export const markedParts = (text: string): MarkedPart[] =>
  text
    .split(/(`[^`]+`)/)
    .filter((part) => part !== "")
    .map((part) =>
      /^`[^`]+`$/.test(part) ? { text: part.slice(1, -1), isCode: true } : { text: part, isCode: false },
    );
