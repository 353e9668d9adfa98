import { expect, test } from "vitest";
import { Counter, Gauge, Histogram } from "./instruments.ts";

test("instruments are written as Prometheus reads them", () => {
  const counter = new Counter({ name: "c_total", help: "Counts.", labels: ["route"] });
  counter.add(["/a"]);
  counter.add(["/a"]);
  counter.add(['"\\\n']);
  expect(counter.text()).toBe(
    '# HELP c_total Counts.\n# TYPE c_total counter\nc_total{route="/a"} 2\nc_total{route="\\"\\\\\\n"} 1\n',
  );
  expect(new Gauge({ name: "g", help: "Now." }, () => 7).text()).toBe("# HELP g Now.\n# TYPE g gauge\ng 7\n");
  const histogram = new Histogram({ name: "h", help: "Times." });
  histogram.record(0.001);
  histogram.record(0.3);
  histogram.record(99);
  const text = histogram.text();
  expect(text).toContain('h_bucket{le="0.001"} 1\n');
  expect(text).toContain('h_bucket{le="0.25"} 1\n');
  expect(text).toContain('h_bucket{le="0.5"} 2\n');
  expect(text).toMatch(/h_bucket\{le="\+Inf"\} 3\nh_sum 99\.301\nh_count 3\n$/);
});

test("a counter has a bound", () => {
  const counter = new Counter({ name: "c", help: "Counts.", labels: ["a"] });
  for (let label = 0; label < 3000; label += 1) counter.add([String(label)]);
  expect(counter.text().split("\n")).toHaveLength(2 + 2000 + 1);
});
