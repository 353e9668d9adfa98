import { expect, test } from "vitest";
import { toFileError } from "./file-errors.ts";

const systemError = (code: string, message: string): Error => Object.assign(new Error(message), { code });

test("an error that means a denial becomes one, with the path as it was named", () => {
  const error = systemError("EACCES", "EACCES: permission denied, open '/srv/data/a.txt'");
  expect(toFileError("a.txt", error)).toMatchObject({
    code: "ICE_FILE_DENIED",
    message: '"a.txt" is not permitted by the system.',
    cause: error,
  });
});

test("another error of the system keeps its code and its reason, with the path as it was named", () => {
  const error = systemError("EMFILE", "EMFILE: too many open files, open '/srv/data/a.txt'");
  expect(toFileError("a.txt", error)).toMatchObject({
    code: "EMFILE",
    message: '"a.txt" cannot be accessed: EMFILE: too many open files',
    cause: error,
  });
});

test.each([systemError("ABORT_ERR", "aborted"), systemError("ERR_INVALID_ARG_TYPE", "x"), new Error("y"), "z"])(
  "%s is none of the system, and stays the same",
  (error) => {
    expect(toFileError("a.txt", error)).toBe(error);
  },
);
