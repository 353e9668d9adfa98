import { useRef, useState, type ReactNode } from "react";

const [least, most, usual] = [320, 640, 392];
const widthKey = "ice.inspector";

/** The panel at the right, whose width a person can change. */
export function Inspector({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  const [width, setWidth] = useState(() => clamp(Number(localStorage.getItem(widthKey) ?? usual)));
  const panel = useRef<HTMLElement>(null);
  const resize = (to: number): void => {
    setWidth(clamp(to));
    localStorage.setItem(widthKey, String(clamp(to)));
  };
  const drag = (): void => {
    const move = (event: PointerEvent): void => resize(panel.current!.getBoundingClientRect().right - event.clientX);
    const up = (): void => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", up);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", up);
  };
  return (
    <aside ref={panel} className="inspector" aria-label={label} style={{ width }}>
      <div
        className="resizer"
        role="separator"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label="Width of the panel"
        aria-valuenow={width}
        aria-valuemin={least}
        aria-valuemax={most}
        onPointerDown={drag}
        onKeyDown={(event) => {
          if (event.key === "ArrowLeft") resize(width + 16);
          else if (event.key === "ArrowRight") resize(width - 16);
          else return;
          event.stopPropagation();
        }}
      />
      {children}
    </aside>
  );
}

const clamp = (width: number): number => Math.min(most, Math.max(least, Number.isFinite(width) ? width : usual));
