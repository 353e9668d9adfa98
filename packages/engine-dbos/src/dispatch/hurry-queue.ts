import { runsQueue } from "@ice/core/internal";
import type { Database } from "../store/database.ts";

/** Workers that are sent a note about an entry. One that executes as much as it may does not take it; the next look of any does. */
const atMost = 3;

/** Lets workers look into a queue at once, because an entry was added to it. To be called after its commit. */
export const hurryQueue = (database: Database, queue: string): Promise<void> =>
  database.attempt(
    `SELECT pg_notify('ice_' || id, 'queue ' || $1::text) FROM (
        SELECT id FROM owners WHERE lease_until > now() AND CASE WHEN $1::text = $2
          THEN (worker ->> 'slots')::integer > 0 ELSE (worker -> 'provides')::jsonb ?& string_to_array($1::text, '+') END
        ORDER BY random() LIMIT $3
      ) AS worker`,
    queue,
    runsQueue,
    atMost,
  );
