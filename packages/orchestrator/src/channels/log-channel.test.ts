import { expect, test, vi } from "vitest";
import { logChannel } from "./log-channel.ts";

test("an alert is one line, whatever the expression contains", () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const expression = `a == "\u001b[2J"\nice: request x failed\u2028${"x".repeat(9000)}`;
  void logChannel.send(
    { workflow: "w", runId: "r", path: "l[0].m", action: "alert", expression } as never,
    {} as never,
  );
  const [[line]] = warn.mock.calls as [[string]];
  warn.mockRestore();
  expect(line).toMatch(
    /^ice: monitor l\[0\]\.m of w \(r\) was triggered by `a == "\\u001b\[2J"\\u000aice: .*…`: alert$/,
  );
  expect(line.length).toBeLessThan(400);
});
