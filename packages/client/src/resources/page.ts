import type { CallOptions } from "../http/http-client.ts";

/** Selects a page of a list. */
export interface PageOptions extends CallOptions {
  /** 1 to 200. Default 50. */
  readonly limit?: number | undefined;
  /** The `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** The query of a page. */
export const pageQuery = ({
  limit,
  cursor,
}: PageOptions): { limit: number | undefined; cursor: string | undefined } => ({
  limit,
  cursor,
});
