import { PassThrough } from "node:stream";
import type { ReadStream } from "node:tty";
import type { WaitingNode } from "@ice/core";
import { expect, test } from "vitest";
import { askPerson } from "./ask-person.ts";
import type { Question } from "./terminal.ts";

/** A person whose terminal is a stream: `keys` are typed one chunk after the other. */
function person(...keys: readonly string[]) {
  const raw: boolean[] = [];
  let shown = "";
  const stdin = Object.assign(new PassThrough(), { setRawMode: (on: boolean) => raw.push(on) });
  const stderr = {
    write(text: string) {
      shown += text;
      // The next key is typed once the prompt could be read: prompts end with ": ". The second timer is there for a machine so
      // busy that the first one ends together with the time in which keys do not count.
      if (text.endsWith(": ")) setTimeout(() => setTimeout(() => stdin.write(next()), 5), 60);
    },
  };
  const waiting = [...keys];
  const next = (): string => waiting.shift() ?? "\u0003";
  return { stdin: stdin as unknown as ReadStream, stderr, raw, shown: () => shown };
}

const request = (fields: Partial<WaitingNode>): WaitingNode =>
  ({ path: "sign", kind: "human", ...fields }) as WaitingNode;
const question = (fields: Partial<Question> = {}): Question =>
  ({ signal: new AbortController().signal, ...fields }) as Question;

test.concurrent.each([
  ["yes\r", true],
  ["Y\r", true],
  ["no\r", false],
  ["n\n", false],
])("an approval answered with %j is approved: %s", async (keys, approved) => {
  const asked = person(keys);
  expect(await askPerson(asked, request({ approvalType: "approval", promptMessage: "Pay?" }), question())).toEqual({
    answer: { approved },
    by: undefined,
  });
  expect(asked.shown()).toContain("? sign: Pay?\n");
  expect(asked.raw).toEqual([true, false]);
});

test.concurrent("Enter approves nothing, and neither does another word", async () => {
  const asked = person("\r", "ok\r", "yes\r");
  expect(await askPerson(asked, request({ approvalType: "approval" }), question())).toMatchObject({
    answer: { approved: true },
  });
  expect(asked.shown().match(/! Write yes or no/g)).toHaveLength(2);
});

test.concurrent.each([["\u0003"], ["\u0004"], ["\u001b"]])("%j leaves the question open", async (key) => {
  expect(await askPerson(person(key), request({ approvalType: "approval" }), question())).toBeUndefined();
});

test.concurrent("a signal that aborts leaves the question open", async () => {
  const controller = new AbortController();
  const asked = person("ye");
  const answer = askPerson(asked, request({ approvalType: "approval" }), question({ signal: controller.signal }));
  setTimeout(() => controller.abort(), 300);
  expect(await answer).toBeUndefined();
  expect(await askPerson(asked, request({}), question({ signal: controller.signal }))).toBeUndefined();
});

test.concurrent("a choice is a number or its text; letters choose nothing by themselves", async () => {
  const choices = ["kim", "lee"];
  const choose = async (...keys: string[]) =>
    askPerson(person(...keys), request({ approvalType: "choice", choices }), question());
  expect(await choose("2\r")).toMatchObject({ answer: { choice: "lee" } });
  expect(await choose("kim\r")).toMatchObject({ answer: { choice: "kim" } });
  expect(await choose("3\r", "k\r", "1\r")).toMatchObject({ answer: { choice: "kim" } });
});

test.concurrent("choices that differ only in spaces are chosen by number", async () => {
  const asked = person("a\r", "2\r");
  expect(
    await askPerson(asked, request({ approvalType: "choice", choices: ["a ", " a", "b"] }), question()),
  ).toMatchObject({ answer: { choice: " a" } });
  expect(asked.shown()).toContain("! Write a number from 1 to 3");
});

test.concurrent("choices that are numbers are chosen by their text", async () => {
  const asked = person("1\r", "10\r");
  expect(await askPerson(asked, request({ approvalType: "choice", choices: ["10", "20"] }), question())).toMatchObject({
    answer: { choice: "10" },
  });
  expect(asked.shown()).toContain("  -  10\n");
});

test.concurrent("an input is JSON where it is JSON, else the text; digits that would be lost are refused", async () => {
  const write = async (...keys: string[]) => {
    const asked = person(...keys);
    return [await askPerson(asked, request({ approvalType: "input" }), question()), asked.shown()] as const;
  };
  expect((await write('{"a":1}\r'))[0]).toMatchObject({ answer: { response: { a: 1 } } });
  expect((await write("plain words\r"))[0]).toMatchObject({ answer: { response: "plain words" } });
  const [answer, shown] = await write("\r", "1234567890123456789\r", '"1234567890123456789"\r');
  expect(answer).toMatchObject({ answer: { response: "1234567890123456789" } });
  expect(shown).toContain("Write an answer");
  expect(shown).toContain("At /response");
});

test.concurrent("what is typed can be erased, and control characters are not taken", async () => {
  expect(
    await askPerson(person("nox\u007f\u0015yes\u0001\r"), request({ approvalType: "approval" }), question()),
  ).toMatchObject({ answer: { approved: true } });
});

test.concurrent("who answers is asked where the request names people, unless it is known", async () => {
  const named = request({ approvalType: "approval", assignees: ["ada", "lin"] });
  expect(await askPerson(person("yes\r", "2\r"), named, question())).toEqual({ answer: { approved: true }, by: "lin" });
  expect(await askPerson(person("yes\r"), named, question({ by: "ada" }))).toMatchObject({ by: "ada" });
  expect(await askPerson(person("yes\r"), named, question())).toBeUndefined();
});

test.concurrent("input typed before the question appeared does not answer it", async () => {
  const asked = person("no\r");
  asked.stdin.unshift("yes\r");
  expect(await askPerson(asked, request({ approvalType: "approval" }), question())).toMatchObject({
    answer: { approved: false },
  });
});

test.concurrent.each([["yes\nno\n"], ["a\r\nb"], ["yes\n\n\n x"]])(
  "of several lines at once none is taken: %j",
  async (paste) => {
    const asked = person(paste, "one\r\n");
    expect(await askPerson(asked, request({ approvalType: "input" }), question())).toMatchObject({
      answer: { response: "one" },
    });
    expect(asked.shown()).toContain("! Write one line; several lines at once are ignored.\n");
  },
);

test.concurrent("hostile texts are shown as text, and long ones are cut", async () => {
  const hostile = `clear \u001b[2J\u001b]52;c;b3duZWQ=\u0007${"\nline".repeat(100)}`;
  const asked = person("yes\r");
  const refused = "no\u001b[2J such choice";
  await askPerson(asked, request({ approvalType: "approval", promptMessage: hostile }), question({ refused }));
  for (const control of ["\u001b", "\u0007"]) expect(asked.shown()).not.toContain(control);
  expect(asked.shown()).toContain("more lines");
  expect(asked.shown().split("\n").length).toBeLessThan(60);
  const many = person("1\r");
  const choices = Array.from({ length: 100 }, (_, index) => `c${index}`);
  expect(await askPerson(many, request({ approvalType: "choice", choices }), question())).toMatchObject({
    answer: { choice: "c0" },
  });
  expect(many.shown()).toContain("… and 60 more");
});
