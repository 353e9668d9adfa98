import { defineConfig } from "@ice/cli";

// Agents on models are plain data. `default` is a model of a provider whose key is in the environment, else a mock.
export default defineConfig({
  agents: [
    {
      name: "lead",
      model: "default",
      system: "You lead research. Give each worker one document, and write a result of at most 100 words.",
    },
    {
      name: "reader",
      model: "default",
      system: "You read the document that you are given with text_read, and report what it says about the question.",
      tools: ["text_read"],
      maxIterations: 4,
    },
    { name: "editor", model: "default", system: "You find plain titles.", maxTokens: 100 },
  ],
});
