import { useCallback, useEffect, useState } from "react";

const key = "ice.theme";

type Theme = "light" | "dark";

const system = (): Theme => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

/** The theme: what a person has chosen, else that of the system. */
export function useTheme(): { readonly theme: Theme; readonly toggle: () => void } {
  const [theme, setTheme] = useState<Theme>(() => (localStorage.getItem(key) as Theme | null) ?? system());
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  useEffect(() => {
    const media = matchMedia("(prefers-color-scheme: dark)");
    const follow = (): void => {
      if (localStorage.getItem(key) === null) setTheme(system());
    };
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, []);
  const toggle = useCallback(() => {
    setTheme((before) => {
      const after = before === "dark" ? "light" : "dark";
      localStorage.setItem(key, after);
      return after;
    });
  }, []);
  return { theme, toggle };
}
