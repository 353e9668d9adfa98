/** Whether an address to listen on is reached from this machine only. */
export const isLoopback = (address: string): boolean =>
  address === "localhost" || address === "::1" || /^127(?:\.\d{1,3}){3}$/.test(address);
