import { createContext, useContext } from "react";
import type { Me } from "../api/types.ts";

/** Who is signed in; undefined until the server has said so. */
export const MeContext = createContext<Me | undefined>(undefined);

export const useMe = (): Me | undefined => useContext(MeContext);

/** Why the session may not do something; undefined if it may, or while that is not known: then the server decides. */
export function useLack(scope: Me["scopes"][number]): string | undefined {
  const me = useMe();
  return me === undefined || me.scopes.includes(scope) ? undefined : `Your token does not have the scope ${scope}.`;
}

/** Why a run is cancelled, as the run records it: by whom. */
export const cancelReason = (me: Me | undefined): { readonly reason?: string } =>
  me === undefined ? {} : { reason: `requested by ${me.name}` };
