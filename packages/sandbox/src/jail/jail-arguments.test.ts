import { expect, test } from "vitest";
import { bubblewrapArguments } from "./jail-arguments.ts";
import { defaultJailLimits } from "./jail-limits.ts";

test.each([
  ["an installed program is there already", "/usr/bin/wc", "/usr/bin/wc", undefined],
  ["so is one that its link leads to", "/usr/bin/awk", "/usr/bin/mawk", undefined],
  [
    "a link that leads out of what is installed takes its file along",
    "/usr/local/bin/tool",
    "/opt/tool/tool",
    "/opt/tool/tool",
  ],
  ["a program elsewhere is shown where it is called", "/opt/tool/alias", "/opt/tool/tool", "/opt/tool/alias"],
])("%s", (_title, program, target, shown) => {
  const view = { program, target, readable: {}, rootLinks: { bin: "usr/bin" }, limits: defaultJailLimits };
  const words = bubblewrapArguments(view);
  const paths = words.flatMap((word, index) => (word === "--ro-bind" ? [words[index + 1]] : []));
  expect(paths).toEqual(shown === undefined ? [] : [shown]);
});
