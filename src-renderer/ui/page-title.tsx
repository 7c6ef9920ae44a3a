import { type ReactNode, useEffect, useRef } from 'react';

/**
 * The head of a page: crumb, one h1, a line under it, actions right. The h1 takes the focus when the page opens, so that a
 * screen reader says where one is, unless something already has it.
 */
export function PageTitle({
  title,
  crumb,
  under,
  actions,
  documentTitle,
}: {
  title: ReactNode;
  crumb?: ReactNode;
  under?: ReactNode;
  actions?: ReactNode;
  documentTitle?: string;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const words = documentTitle ?? heading.current?.textContent ?? '';
    document.title = words === '' ? 'Komissiya' : `${words} · Komissiya`;
  }, [documentTitle, title]);
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement === null)
      heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className="page-title">
      <div className="grow">
        {crumb !== undefined && <div className="crumb">{crumb}</div>}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {under !== undefined && <div className="mut">{under}</div>}
      </div>
      {actions !== undefined && <div className="actions">{actions}</div>}
    </div>
  );
}
