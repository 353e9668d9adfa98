import { useSyncExternalStore } from "react";
import { currentConnection, onConnection, type Connection } from "../api/connection.ts";

export const useConnection = (): Connection => useSyncExternalStore(onConnection, currentConnection);
