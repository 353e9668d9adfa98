import { createRoot } from "react-dom/client";
import { takeLink } from "./api/session.ts";
import { App } from "./app.tsx";

await takeLink();
createRoot(document.getElementById("page")!).render(<App />);
