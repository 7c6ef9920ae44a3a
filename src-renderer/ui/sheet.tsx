import { type ReactNode, useId } from 'react';

/** A sheet of paper with one hairline. With `title` it is a named section with a head; `side` stands right in the head. */
export function Sheet({
  title,
  side,
  pad = false,
  children,
}: {
  title?: ReactNode;
  side?: ReactNode;
  pad?: boolean;
  children?: ReactNode;
}) {
  const id = useId();
  return (
    <section className="sheet" {...(title !== undefined && { 'aria-labelledby': id })}>
      {title !== undefined && (
        <div className="hd">
          <h3 className="grow" id={id}>
            {title}
          </h3>
          {side}
        </div>
      )}
      {pad ? <div className="bd">{children}</div> : children}
    </section>
  );
}

/** A quiet remark with an icon. `brick` only where work stops. */
export function Note({
  tone = 'ink',
  icon,
  children,
}: {
  tone?: 'ink' | 'ochre' | 'paper' | 'brick';
  icon?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className={`note${tone === 'ink' ? '' : ` ${tone}`}`} role={tone === 'brick' ? 'alert' : 'note'}>
      {icon}
      <div className="grow">{children}</div>
    </div>
  );
}
