/** A frame of a stream of server-sent events. */
export interface Frame {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** Reads the text of a stream in pieces of any size. Returns the frames that are complete. */
export function frameReader(): (text: string) => Frame[] {
  let rest = "";
  return (text) => {
    const parts = (rest + text).split(/\r?\n\r?\n/);
    rest = parts.pop()!;
    return parts.flatMap(frameOf);
  };
}

function frameOf(text: string): Frame[] {
  let id: string | undefined;
  let event = "message";
  const data: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, name, value = ""] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
    if (name === "id") id = value;
    else if (name === "event") event = value;
    else if (name === "data") data.push(value);
  }
  return data.length === 0 ? [] : [{ id, event, data: data.join("\n") }];
}
