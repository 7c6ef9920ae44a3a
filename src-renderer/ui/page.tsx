import type { ReactNode } from 'react';

/** A page of the frame: what scrolls, and a fixed foot where it has one. */
export function Page({ foot, children }: { foot?: ReactNode; children: ReactNode }) {
  return (
    <>
      <main className="main" id="main" tabIndex={-1} data-region>
        {children}
      </main>
      {foot !== undefined && <div data-region>{foot}</div>}
    </>
  );
}
