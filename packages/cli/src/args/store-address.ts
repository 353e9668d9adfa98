/** Whether the address of a store is that of a database on a server: it may contain a password, so it is never shown. */
export const isPostgres = (url: string): boolean => /^postgres(?:ql)?:/i.test(url);
