import { malformed } from "./binary.ts";

/** Prefix of the names that the meter adds; names of the guest may not use it. */
export const meterModuleName = "ice-meter";

/** @throws IceError `ICE_SANDBOX_DENIED` for a name with the meter's prefix. */
export function refuseMeterName(name: string): string {
  if (name === meterModuleName || name.startsWith(`${meterModuleName}:`))
    throw malformed(`the name "${name}" is reserved for metering`);
  return name;
}
