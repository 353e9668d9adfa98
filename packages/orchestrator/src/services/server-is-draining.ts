import { IceError } from "@ice/core";

export const serverIsDraining = (): IceError =>
  new IceError("ICE_SERVER_DRAINING", "The server is stopping: no run starts or continues.", {
    fix: "try again when it has been started again",
    retryable: true,
  });
