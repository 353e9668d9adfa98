import { useLayoutEffect, useRef, useState, type ReactNode } from "react";

interface VirtualListProps {
  readonly count: number;
  readonly rowHeight: number;
  readonly row: (index: number) => ReactNode;
  /** Whether it keeps showing the end as rows are added. */
  readonly followsEnd?: boolean;
  /** A row that has to be visible. */
  readonly shows?: number | undefined;
  readonly label: string;
  readonly className?: string;
}

/** A list of rows of one height, of which only those in view exist. */
export function VirtualList({
  count,
  rowHeight,
  row,
  followsEnd = false,
  shows,
  label,
  className = "",
}: VirtualListProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const element = box.current!;
    const look = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  useLayoutEffect(() => {
    if (followsEnd) box.current!.scrollTop = count * rowHeight;
  }, [followsEnd, count, rowHeight]);
  useLayoutEffect(() => {
    if (shows === undefined || shows < 0) return;
    const element = box.current!;
    const top = shows * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = top + rowHeight - element.clientHeight;
  }, [shows, rowHeight]);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - 5);
  const last = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + 5);
  return (
    <div ref={box} className={`virtual ${className}`} tabIndex={0} role="group" aria-label={label}>
      <div className="virtual-all" style={{ height: count * rowHeight }}>
        <div className="virtual-shown" style={{ transform: `translateY(${first * rowHeight}px)` }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, at) => row(first + at))}
        </div>
      </div>
    </div>
  );
}
