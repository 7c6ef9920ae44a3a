import { Icon, type TablerIcon } from '#renderer/ui/icon.tsx';

export type Row = {
  readonly item: string;
  readonly icon: TablerIcon;
  readonly name: string;
  readonly lang: string | undefined;
  readonly detail: string;
  readonly under: string;
  readonly who?: string;
};

/** The places of the desk; arrows move, the one chosen is shown beside. */
export function DeskList({
  rows,
  chosen,
  onChoose,
}: {
  rows: readonly Row[];
  chosen: string | null;
  onChoose: (item: string) => void;
}) {
  return (
    <ul
      className="desk-rows"
      onKeyDown={(event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
        const next = step === undefined ? undefined : rows[rows.findIndex((row) => row.item === chosen) + step];
        if (step === undefined || next === undefined) return;
        event.preventDefault();
        onChoose(next.item);
        event.currentTarget.querySelectorAll<HTMLElement>('button')[rows.indexOf(next)]?.focus();
      }}
    >
      {rows.map((row) => (
        <li key={row.item}>
          <button
            type="button"
            aria-current={row.item === chosen}
            tabIndex={row.item === chosen ? 0 : -1}
            onClick={() => onChoose(row.item)}
          >
            <Icon of={row.icon} />
            <span className="grow">
              <span className="b">{row.name}</span>
              <span className="sm mut">{row.under}</span>
              {row.who !== undefined && <span className="sm mut num">{row.who}</span>}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
