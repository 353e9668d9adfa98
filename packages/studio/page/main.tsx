import { createRoot } from "react-dom/client";
import { takeLink } from "./api/session.ts";
import { App } from "./app.tsx";

const linkProblem = await takeLink();
createRoot(document.getElementById("page")!).render(<App linkProblem={linkProblem} />);
