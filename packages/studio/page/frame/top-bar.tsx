import type { ReactNode } from "react";

/** The bar above a page: where one is, and what can be done. The last child with the class `actions` stands at the right. */
export const TopBar = ({ children }: { readonly children: ReactNode }): ReactNode => (
  <header className="top">
    <div className="crumbs grow">{children}</div>
  </header>
);
