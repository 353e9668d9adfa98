import { IceError } from "@ice/core";

/** The error of a store that a test lets fail. */
export const unavailable = (): IceError =>
  new IceError("ICE_STORE_UNAVAILABLE", "The store failed, as configured by the test.", { fix: "resume the run" });
