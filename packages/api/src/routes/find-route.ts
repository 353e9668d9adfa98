import { IceError } from "@ice/core";
import { shorten } from "@ice/core/internal";
import { invalidRequest } from "../request/invalid-request.ts";
import type { Route } from "./route.ts";

/** A route with the values of the parameters in its path. */
export interface FoundRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

interface Place {
  readonly segments: readonly string[];
  readonly byMethod: Map<string, Route>;
}

/** Maximum number of characters of a parameter. */
const maxParameter = 2000;

/** Finds routes by path and method. `HEAD` is `GET` without a body. */
export class RouteTable {
  /** By number of segments. */
  readonly #places = new Map<number, Place[]>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const segments = route.path.split("/").slice(1);
      const places = this.#places.get(segments.length) ?? [];
      this.#places.set(segments.length, places);
      const path = segments.join("/");
      let place = places.find((one) => one.segments.join("/") === path);
      if (place === undefined) places.push((place = { segments, byMethod: new Map() }));
      place.byMethod.set(route.method, route);
    }
  }

  /** @throws IceError `ICE_ROUTE_NOT_FOUND`, `ICE_METHOD_NOT_ALLOWED`, `ICE_REQUEST_INVALID` (a path that is not valid). */
  find(method: string, pathname: string): FoundRoute {
    const segments = pathname.split("/").slice(1);
    const place = this.#places.get(segments.length)?.find((one) => matches(one.segments, segments));
    if (place === undefined)
      throw new IceError("ICE_ROUTE_NOT_FOUND", `There is no route ${shorten(pathname)}.`, {
        fix: "see /openapi.json",
      });
    const route = place.byMethod.get(method === "HEAD" ? "GET" : method);
    if (route === undefined) throw notAllowed(method, place);
    return { route, params: parametersOf(place.segments, segments) };
  }
}

const isParameter = (segment: string): boolean => segment.startsWith("{");

const matches = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.every((part, at) => (isParameter(part) ? segments[at] !== "" : part === segments[at]));

function parametersOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) if (isParameter(part)) params[part.slice(1, -1)] = decode(segments[at]!);
  return params;
}

function decode(segment: string): string {
  try {
    const text = decodeURIComponent(segment);
    if (text.length <= maxParameter && !/\p{Cc}/u.test(text)) return text;
  } catch {
    // Reported below.
  }
  throw invalidRequest("The path of the request is not valid.", "encode each part of the path as UTF-8");
}

function notAllowed(method: string, { byMethod }: Place): IceError {
  const methods = [...byMethod.keys()].flatMap((one) => (one === "GET" ? ["GET", "HEAD"] : one));
  return new IceError("ICE_METHOD_NOT_ALLOWED", `The route does not have the method ${shorten(method, 20)}.`, {
    fix: `use ${methods.join(" or ")}`,
    details: { allow: methods.join(", ") },
  });
}
