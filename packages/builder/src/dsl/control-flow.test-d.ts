import { defineTool } from "@ice/core";
import { z } from "zod";
import { cel, t } from "./templates.ts";
import { workflow } from "./workflow.ts";

const price = defineTool({
  name: "price",
  args: z.object({ cost: z.number() }),
  output: z.object({ total: z.number() }),
  run: ({ cost }) => ({ total: cost }),
});
const note = defineTool({ name: "note", args: z.object({ text: z.string() }), run: ({ text }) => text });
const payment = defineTool({
  name: "payment",
  args: z.object({ paid: z.object({ amount: z.number() }) }),
  run: () => null,
});

const start = workflow("typed", { inputs: z.object({ order: z.string(), cost: z.number() }) }).tool(
  "priced",
  price,
  ({ inputs }) => ({
    cost: inputs.cost,
  }),
);

// A wait for a signal: its names and its payload are typed.
const paid = start.wait("paid", {
  signal: ["card", "cash"],
  payload: z.object({ amount: z.number(), tip: z.number().default(0) }),
  buffer: false,
  timeoutSeconds: 60,
});
paid.tool("x", price, ({ paid }) => ({ cost: paid.payload.amount }));
paid.tool("x", payment, ({ paid }) => ({ paid: paid.payload }));
paid.tool("x", note, ({ paid }) => ({ text: paid.signal }));
const method = defineTool({ name: "method", args: z.object({ by: z.enum(["card", "cash"]) }), run: () => null });
paid.tool("x", method, ({ paid }) => ({ by: paid.signal }));
// @ts-expect-error the payload has no `sum`
paid.tool("x", price, ({ paid }) => ({ cost: paid.payload.sum }));
// @ts-expect-error an amount is no text
paid.tool("x", note, ({ paid }) => ({ text: paid.payload.amount }));
// @ts-expect-error a deadline is no option: it stands in the config
start.wait("x", { signal: "paid" }, { timeoutSeconds: 5 });
// @ts-expect-error a wait is not repeated
start.wait("x", { signal: "paid" }, { retryPolicy: { maxAttempts: 2 } });
// @ts-expect-error a payload needs a signal
start.wait("x", { seconds: 5, payload: z.string() });
// @ts-expect-error a wait needs a time or a signal
start.wait("x", {});

// A wait for a time has no payload.
const waited = start
  .wait("a", { seconds: ({ priced }) => priced.total })
  .wait("b", { at: "2030-01-31T09:00:00+01:00" }, { name: "Morning" })
  .wait("c", { at: ({ run }) => cel<number>`${run.startedAt} + 1000` })
  .tool("d", price, ({ a }) => ({ cost: a.at }));
// @ts-expect-error there is no payload to read
waited.tool("x", price, ({ a }) => ({ cost: a.payload.amount }));
// @ts-expect-error either a number of seconds or a moment
start.wait("x", { seconds: 5, at: 0 });
// @ts-expect-error a number of seconds is no text
start.wait("x", { seconds: ({ inputs }) => inputs.order });

// With a signal and a time, the payload can be null; its paths are there.
const either = start.wait("either", {
  signal: ({ inputs }) => t`paid:${inputs.order}`,
  seconds: 60,
  payload: z.object({ amount: z.number() }),
});
either.tool("x", price, ({ either }) => ({ cost: either.payload.amount }));
either.tool("x", note, ({ either }) => ({ text: cel<string>`${either.signal} == null ? "late" : ${either.by}` }));
// @ts-expect-error the payload is null when the time has passed
either.tool("x", payment, ({ either }) => ({ paid: either.payload }));
// @ts-expect-error the name is null when the time has passed
either.tool("x", note, ({ either }) => ({ text: either.signal }));
// @ts-expect-error a deadline is no time
start.wait("x", { signal: "paid", seconds: 5, timeoutSeconds: 5 });

// A switch: conditions and paths see what it sees, and the nodes of all paths are typed.
const routed = start
  .switch(
    "route",
    {
      high: [
        ({ priced }) => cel`${priced.total} > 100`,
        (path) => path.tool("approve", price, ({ inputs }) => ({ cost: inputs.cost })),
      ],
      low: [
        ({ inputs }) => cel`${inputs.cost} > 1`,
        (path) => path.tool("log", note, ({ inputs }) => ({ text: inputs.order })),
      ],
    },
    (path) => path.tool("skip", price, () => ({ cost: 0 })),
    { when: ({ inputs }) => cel`${inputs.cost} > 0` },
  )
  .tool("a", price, ({ route }) => ({ cost: cel<number>`${route.nodes.approve.total} + ${route.nodes.skip.total}` }))
  .tool("b", note, ({ route }) => ({ text: route.nodes.log }));
const choice = defineTool({
  name: "choice",
  args: z.object({ name: z.enum(["high", "low", "otherwise"]).nullable() }),
  run: () => null,
});
routed.tool("x", choice, ({ route }) => ({ name: route.case }));
// @ts-expect-error no path has a node `reject`
routed.tool("x", price, ({ route }) => ({ cost: route.nodes.reject }));
// @ts-expect-error a case has no such name
routed.tool("x", method, ({ route }) => ({ by: route.case }));
// @ts-expect-error the nodes of a path are visible in it only
routed.tool("x", price, ({ approve }) => ({ cost: approve.total }));
// @ts-expect-error a case is a condition and a path
start.switch("x", { high: [({ inputs }) => cel`${inputs.cost} > 1`] });
// @ts-expect-error there is no input `sum`
start.switch("x", { high: [({ inputs }) => cel`${inputs.sum} > 1`, (path) => path] });
// @ts-expect-error a switch has no cache: it calls nothing itself
start.switch("x", {}, undefined, { cache: { ttlSeconds: 5 } });

// A scope: lists after the body see its nodes and the error.
const saga = start
  .scope(
    "saga",
    (body) =>
      body.tool("reserve", price, ({ priced }) => ({ cost: priced.total })).tool("pay", note, () => ({ text: "pay" })),
    {
      compensate: {
        reserve: (list) =>
          list.tool("release", price, ({ reserve, nodes }) => ({
            cost: cel<number>`${reserve.total} + ${nodes.reserve.total}`,
          })),
      },
      catch: {
        codes: ["CARD_DECLINED"],
        body: (list) =>
          list.tool("sorry", note, ({ error }) => ({ text: t`${error.code} at ${error.path}: ${error.message}` })),
      },
      finally: (list) =>
        list
          .tool("report", note, ({ error }) => ({ text: cel<string>`${error} == null ? "well" : ${error.code}` }))
          .tool("again", price, ({ reserve, inputs }) => ({ cost: cel<number>`${reserve.total} + ${inputs.cost}` })),
      cancelOn: ({ inputs }) => t`cancel:${inputs.order}`,
      cleanupSeconds: 30,
      timeoutSeconds: 5,
      retryPolicy: { maxAttempts: 2 },
    },
  )
  .tool("a", price, ({ saga }) => ({ cost: saga.nodes.reserve.total }))
  .tool("b", note, ({ saga }) => ({ text: cel<string>`${saga.nodes.sorry} + ${saga.error.code}` }))
  .tool("c", note, ({ saga }) => ({ text: saga.output }));
start
  .scope("plain", (body) => body.tool("in", price, () => ({ cost: 1 })))
  .tool("x", price, ({ plain }) => ({ cost: plain.output.total }));
start
  .scope("short", (body) => body.tool("in", price, () => ({ cost: 1 })), {
    catch: (list) =>
      list.tool("zero", price, ({ error, in: before }) => ({
        cost: cel<number>`size(${error.code}) + ${before.total}`,
      })),
  })
  .tool("x", price, ({ short }) => ({ cost: cel<number>`${short.output.total} + ${short.nodes.zero.total}` }));
const problem = defineTool({
  name: "problem",
  args: z.object({ error: z.object({ code: z.string(), message: z.string(), path: z.string() }) }),
  run: () => null,
});
start.scope("s", (body) => body.tool("in", price, () => ({ cost: 1 })), {
  catch: (list) => list.tool("report", problem, ({ error }) => ({ error })),
  compensate: { in: (list) => list.tool("revert", problem, ({ error }) => ({ error })) },
});
start.scope("s", (body) => body.tool("in", price, () => ({ cost: 1 })), {
  // @ts-expect-error after success the error is null
  finally: (list) => list.tool("report", problem, ({ error }) => ({ error })),
});
start.scope("s", (body) => body.tool("in", price, () => ({ cost: 1 })), {
  // @ts-expect-error the error has no `stack`
  finally: (list) => list.tool("report", note, ({ error }) => ({ text: error.stack })),
});
start.scope("s", (body) => body.tool("in", price, () => ({ cost: 1 })), {
  // @ts-expect-error the output of the node has no `sum`
  catch: (list) => list.tool("report", price, ({ in: before }) => ({ cost: before.sum })),
});
start.scope("s", (body) => body.tool("in", price, () => ({ cost: 1 })), {
  // @ts-expect-error the body has no node `out`
  compensate: { out: (list) => list.tool("revert", price, () => ({ cost: 1 })) },
});
// @ts-expect-error there is no error in the body
start.scope("s", (body) => body.tool("in", note, ({ error }) => ({ text: error.code })));
// @ts-expect-error there is no node `release` outside of its list
saga.tool("x", price, ({ release }) => ({ cost: release.total }));
// @ts-expect-error the output is that of `pay` or of `sorry`, which are any values; its nodes have no `release`
saga.tool("x", price, ({ saga }) => ({ cost: saga.nodes.release }));

// An end.
start.end("done", { status: "completed", output: ({ priced }) => ({ total: priced.total }) });
start.end("done", { status: "completed", output: ({ priced }) => priced });
start.end("done", { status: "completed", output: { total: 0 } }, { when: ({ priced }) => cel`${priced.total} == 0` });
start.end("out", { status: "failed", code: "SOLD_OUT", message: ({ inputs }) => t`No ${inputs.order} left.` });
start.end("out", { status: "failed" });
// @ts-expect-error a failure has no output
start.end("out", { status: "failed", output: { total: 0 } });
// @ts-expect-error a completed workflow has no error
start.end("done", { status: "completed", code: "SOLD_OUT" });
// @ts-expect-error there is no such end
start.end("done", { status: "cancelled" });
// @ts-expect-error the output of a workflow is an object
start.end("done", { status: "completed", output: () => 5 });
// @ts-expect-error an end is not repeated
start.end("done", { status: "completed" }, { retryPolicy: { maxAttempts: 2 } });

// A detached workflow gives its run, another one its output.
start
  .workflow("child", "./child.yaml", ({ inputs }) => ({ order: inputs.order }), {
    detached: true,
    runId: ({ inputs }) => t`order-${inputs.order}`,
  })
  .tool("x", note, ({ child }) => ({ text: child.runId }));
start
  .workflow<"child", { n: number }>("child", "./child.yaml", undefined, { cache: { ttlSeconds: 60 } })
  .tool("x", price, ({ child }) => ({ cost: child.n }));
const detached = start.workflow("child", "./child.yaml", undefined, { detached: true });
// @ts-expect-error a detached workflow gives no output
detached.tool("x", price, ({ child }) => ({ cost: child.n }));
// @ts-expect-error only a run of its own has an id
start.workflow("child", "./child.yaml", undefined, { runId: "mine" });
// @ts-expect-error a run of its own cannot come from the cache
start.workflow("child", "./child.yaml", undefined, { detached: true, cache: { ttlSeconds: 60 } });

// A loop that settles early has null for the others.
const items = () => cel<readonly number[]>`[1, 2]`;
const settled = start.loop("first", items, (each) => each.tool("one", price, ({ item }) => ({ cost: item })), {
  parallel: true,
  settle: "first",
});
settled.tool("x", price, ({ first }) => ({ cost: first[0]!.total }));
const total = defineTool({ name: "total", args: z.object({ of: z.object({ total: z.number() }) }), run: () => null });
start
  .loop("every", items, (each) => each.tool("one", price, ({ item }) => ({ cost: item })), { settle: "all" })
  .tool("x", total, ({ every }) => ({ of: every[0]! }));
// @ts-expect-error an entry can be null
settled.tool("x", total, ({ first }) => ({ of: first[0]! }));
start.loop("two", items, (each) => each, { parallel: true, settle: { atLeast: 2 } });
// @ts-expect-error there is no such number
start.loop("x", items, (each) => each, { parallel: true, settle: "some" });

// A cache is for what calls something.
const cache = { ttlSeconds: 60, key: "v1" };
start
  .tool("a", price, () => ({ cost: 1 }), { cache: { ttlSeconds: 60, key: ({ inputs }) => ({ order: inputs.order }) } })
  .llm("b", { model: "p/m", prompt: () => "?" }, { cache })
  .agent("c", "helper", () => "go", { cache })
  .code("d", { language: "javascript", code: "return 1" }, { cache })
  .swarm("e", { agents: [{ agent: "helper", role: "x" }], task: () => "?", strategy: "consensus", cache });
// @ts-expect-error a cache has a time to live
start.tool("x", price, () => ({ cost: 1 }), { cache: { key: "v1" } });
// @ts-expect-error there is no input `sum`
start.tool("x", price, () => ({ cost: 1 }), { cache: { ttlSeconds: 60, key: ({ inputs }) => inputs.sum } });
// @ts-expect-error a loop calls nothing itself
start.loop("x", items, (each) => each, { cache });
