import { analyzeBlueprint, builtinNodes, createRuntime, defineTool, HumanTaskService } from "@ice/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { graphOf, toDot, toMermaid, type BlueprintGraph } from "../src/index.ts";

const graph = (nodes: unknown[]): BlueprintGraph => {
  const runtime = createRuntime();
  for (const [type, definition] of Object.entries(builtinNodes))
    runtime.nodes.register(type, { definition, execute: () => null });
  runtime.provide(HumanTaskService, {} as HumanTaskService);
  const echo = defineTool({ name: "echo", args: z.looseObject({}), run: () => null });
  runtime.tools.register("echo", echo as never);
  const { analyzed, issues } = analyzeBlueprint({ name: "w", nodes }, { runtime });
  expect(issues).toEqual([]);
  return graphOf(analyzed!);
};
const echo = (id: string, more: object = {}): object => ({ id, type: "tool", toolName: "echo", ...more });
const nested = [
  echo("rows", { name: 'Rows "of" <b>csv</b>' }),
  {
    id: "each",
    type: "loop",
    itemsSource: "rows.items",
    body: [echo("price", { toolArgs: { cost: "{{ item.cost }}" } }), echo("end", { dependencies: ["price"] })],
  },
  {
    id: "check",
    type: "condition",
    expression: "size(each) > 0",
    truePath: [echo("yes")],
    falsePath: [echo("no")],
  },
  echo("last", { dependencies: ["check"] }),
];

test("nodes name their container and group; edges are both declared and inferred", () => {
  const { nodes, edges } = graph(nested);
  expect(nodes.map(({ path, parent, group }) => [path, parent, group].filter(Boolean).join(" "))).toEqual([
    "rows",
    "each",
    "each.price each body",
    "each.end each body",
    "check",
    "check.yes check truePath",
    "check.no check falsePath",
    "last",
  ]);
  expect(edges.map(({ from, to }) => `${from} → ${to}`)).toEqual([
    "rows → each",
    "each.price → each.end",
    "each → check",
    "check → last",
  ]);
});

test("Mermaid: containers are subgraphs, names are escaped and never keywords", () => {
  expect(toMermaid(graph(nested))).toBe(`flowchart TD
  n_rows["Rows #34;of#34; #60;b#62;csv#60;/b#62;<br/><small>tool</small>"]
  subgraph n_each["each<br/><small>loop</small>"]
    n_each__price["price<br/><small>tool</small>"]
    n_each__end["end<br/><small>tool</small>"]
  end
  subgraph n_check["check<br/><small>condition</small>"]
    subgraph n_check__truePath["true"]
      n_check__yes["yes<br/><small>tool</small>"]
    end
    subgraph n_check__falsePath["false"]
      n_check__no["no<br/><small>tool</small>"]
    end
  end
  n_last["last<br/><small>tool</small>"]
  n_rows --> n_each
  n_each__price --> n_each__end
  n_each --> n_check
  n_check --> n_last
`);
});

test("DOT: containers are clusters, whose edges are cut at their borders; texts are quoted", () => {
  expect(toDot(graph(nested))).toBe(String.raw`digraph workflow {
  compound=true;
  node [shape=box, style=rounded];
  "rows" [label="Rows \"of\" <b>csv</b>\ntool"];
  subgraph "cluster_each" {
    label="each\nloop"; style=solid;
    "each.price" [label="price\ntool"];
    "each.end" [label="end\ntool"];
  }
  subgraph "cluster_check" {
    label="check\ncondition"; style=solid;
    subgraph "cluster_check/truePath" {
      label="true"; style=dashed;
      "check.yes" [label="yes\ntool"];
    }
    subgraph "cluster_check/falsePath" {
      label="false"; style=dashed;
      "check.no" [label="no\ntool"];
    }
  }
  "last" [label="last\ntool"];
  "rows" -> "each.price" [lhead="cluster_each", minlen=2];
  "each.price" -> "each.end";
  "each.end" -> "check.yes" [ltail="cluster_each", lhead="cluster_check", minlen=2];
  "check.yes" -> "last" [ltail="cluster_check", minlen=2];
}
`);
  expect(toDot({ nodes: [{ path: 'a"\\', id: 'a"\\', type: "t" }], edges: [] })).toContain(
    '"a\\"\\\\" [label="a\\"\\\\\\nt"]',
  );
});

test("in Mermaid, no two nodes have the same name", () => {
  const inner = { id: "a", type: "loop", itemsSource: "[1]", body: [echo("b")] };
  const text = toMermaid(graph([inner, echo("a__b"), echo("last", { dependencies: ["a__b"] })]));
  expect(text).toContain('    n_a__b["b<br/>');
  expect(text).toContain('  n_a__b_2["a__b<br/>');
  expect(text).toContain("n_a__b_2 --> n_last");
});

describe("waits, switches, scopes and ends", () => {
  const flow = graph([
    {
      id: "route",
      type: "switch",
      cases: [
        { name: "late (>1 h)", when: "true", path: [{ id: "out", type: "end", status: "failed" }] },
        { when: 'run.id == "a"', path: [echo("a")] },
        { when: `run.id == "${"x".repeat(99)}"`, path: [echo("b")] },
      ],
      otherwise: [{ id: "nap", type: "wait", seconds: 5 }],
    },
    {
      id: "trip",
      type: "scope",
      dependencies: ["route"],
      body: [echo("hotel"), echo("pay", { dependencies: ["hotel"] })],
      catch: { codes: ["NO_ROOM", "NO_MONEY"], body: [echo("sorry")] },
      compensate: { hotel: [echo("free")] },
      finally: [echo("finally")],
    },
    { id: "plain", type: "scope", dependencies: ["trip"], body: [echo("x")] },
    { id: "only", type: "switch", cases: [{ name: "one", when: "true", path: [echo("y")] }] },
    { id: "ask", type: "human", promptMessage: "?", approvalType: "approval" },
  ]);

  test("groups have the names of their cases, or say what they are for", () => {
    const labels = flow.nodes.map(({ path, shape, groupLabel }) => [path, groupLabel, shape && `(${shape})`]);
    expect(labels.map((parts) => parts.filter(Boolean).join(" "))).toEqual([
      "route",
      "route.out late (>1 h) (end)",
      'route.a run.id == "a"',
      `route.b run.id == "${"x".repeat(99)}"`,
      "route.nap (wait)",
      "trip",
      "trip.hotel",
      "trip.pay",
      "trip.sorry catch NO_ROOM NO_MONEY",
      "trip.free compensate hotel",
      "trip.finally",
      "plain",
      "plain.x",
      "only",
      "only.y one",
      "ask (wait)",
    ]);
  });

  test("in Mermaid, as subgraphs; ends and waits have their own shapes", () => {
    expect(toMermaid(flow)).toBe(`flowchart TD
  subgraph n_route["route<br/><small>switch</small>"]
    subgraph n_route__cases__0["late #40;#62;1 h#41;"]
      n_route__out(["out<br/><small>end</small>"])
    end
    subgraph n_route__cases__1["run.id == #34;a#34;"]
      n_route__a["a<br/><small>tool</small>"]
    end
    subgraph n_route__cases__2["run.id == #34;${"x".repeat(49)}…"]
      n_route__b["b<br/><small>tool</small>"]
    end
    subgraph n_route__otherwise["otherwise"]
      n_route__nap{{"nap<br/><small>wait</small>"}}
    end
  end
  subgraph n_trip["trip<br/><small>scope</small>"]
    subgraph n_trip__body["body"]
      n_trip__hotel["hotel<br/><small>tool</small>"]
      n_trip__pay["pay<br/><small>tool</small>"]
    end
    subgraph n_trip__catch["catch NO_ROOM NO_MONEY"]
      n_trip__sorry["sorry<br/><small>tool</small>"]
    end
    subgraph n_trip__compensate__hotel["compensate hotel"]
      n_trip__free["free<br/><small>tool</small>"]
    end
    subgraph n_trip__finally["finally"]
      n_trip__finally_2["finally<br/><small>tool</small>"]
    end
  end
  subgraph n_plain["plain<br/><small>scope</small>"]
    n_plain__x["x<br/><small>tool</small>"]
  end
  subgraph n_only["only<br/><small>switch</small>"]
    subgraph n_only__cases__0["one"]
      n_only__y["y<br/><small>tool</small>"]
    end
  end
  n_ask{{"ask<br/><small>human</small>"}}
  n_route --> n_trip
  n_trip__hotel --> n_trip__pay
  n_trip --> n_plain
`);
  });

  test("in DOT, as clusters; an edge begins in the largest group, so that what follows stands below", () => {
    const dot = toDot(flow);
    const lines = [
      '    subgraph "cluster_route/cases.0" {\n      label="late (>1 h)"; style=dashed;',
      '"route.out" [label="out\\nend", shape=ellipse, peripheries=2];',
      '"route.nap" [label="nap\\nwait", shape=hexagon];',
      'label="catch NO_ROOM NO_MONEY"; style=dashed;',
      'label="compensate hotel"; style=dashed;',
      'subgraph "cluster_trip/finally" {\n      label="finally"; style=dashed;\n      "trip.finally" [',
      '"trip.pay" -> "plain.x" [ltail="cluster_trip", lhead="cluster_plain", minlen=2];',
    ];
    for (const line of lines) expect(dot).toContain(line);
  });
});
