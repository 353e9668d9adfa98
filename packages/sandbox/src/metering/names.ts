import { malformed } from "./binary.ts";

/** What the meter adds is called by this name; nothing of the guest may be. */
export const meterModuleName = "ice-meter";

/** @throws IceError `ICE_SANDBOX_DENIED` for a name that poses as the meter. */
export function refuseMeterName(name: string): string {
  if (name === meterModuleName || name.startsWith(`${meterModuleName}:`))
    throw malformed(`the name "${name}" belongs to the meter`);
  return name;
}
