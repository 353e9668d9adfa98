import { initializeOrchestrator, Workflow } from "@ice/orchestrator";
import { sentimentPlugin } from "ice-plugin-sentiment";

const lexicon = new Map([
  ["lovely", 1],
  ["good", 0.6],
  ["late", -0.5],
  ["broken", -1],
]);
const { close } = await initializeOrchestrator({ plugins: [sentimentPlugin({ lexicon })] });

// `sentiment` is a type like any other: its fields are typed, its templates evaluated, its output checked.
const workflow = new Workflow(
  [
    {
      id: "reviews",
      type: "tool",
      toolName: "echo",
      toolArgs: { list: ["Lovely lamp, good light", "Came late and broken"] },
    },
    {
      id: "moods",
      type: "loop",
      itemsSource: "reviews.list",
      body: [{ id: "mood", type: "sentiment", text: "{{ item }}" }],
      itemOutput: "{{ mood.score }}",
    },
  ],
  { name: "moods" },
);
const { output } = await workflow.execute();
console.log(output["moods"]);
await close();
