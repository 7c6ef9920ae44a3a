import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, type ReactNode, useCallback, useEffect, useRef } from 'react';

export type Column<Row> = {
  readonly key: string;
  readonly head: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  /** CSS width of the column, e.g. `120px` or `30%`. */
  readonly width?: string;
  readonly align?: 'right';
};

export type DataTableProps<Row> = {
  /** Names the table for screen readers. */
  readonly label: string;
  /** The same list as long as the cells would say the same: rows are drawn anew only when it changes. */
  readonly columns: readonly Column<Row>[];
  /** How many rows there are in all; rows not fetched yet are drawn grey. */
  readonly count: number;
  readonly rowAt: (index: number) => Row | undefined;
  readonly rowKey: (row: Row) => string;
  readonly onOpen?: (row: Row) => void;
  /** Tells which rows are in sight (last excluded), for paging. Only called when the table is virtual. */
  readonly onRange?: (first: number, last: number) => void;
  /** Words of a group row before this row, or null. */
  readonly groupBefore?: (row: Row, previous: Row | undefined) => ReactNode | null;
  readonly rowTone?: (row: Row) => 'ochre' | undefined;
  readonly selectedKey?: string | null;
  /** Total and legend. */
  readonly foot?: ReactNode;
  /** Estimated height of a row in px: 44 for one line, 57 for two. */
  readonly rowHeight?: number;
};

/** So many rows are drawn whole: more would take longer to draw than the pause between two keys. */
export const virtualFrom = 20;

/** Rows drawn above and below those in sight: a screen of them would be drawn with every key of a search. */
const overscan = 3;

/**
 * Which rows are drawn. Rows turn out a little higher or lower than estimated, which moves the end of the range by a row that nobody
 * sees: as long as all in sight are drawn, and not many more, the drawn ones stay, so that an answer to a search is drawn once.
 */
function useSteadyRange(): (range: Range) => number[] {
  const drawn = useRef({ first: 0, last: -1 });
  return useCallback((range: Range) => {
    const { first, last } = drawn.current;
    const isCovered = first <= range.startIndex && last >= range.endIndex && last < range.count;
    const isLean = range.startIndex - first <= overscan + 1 && last - range.endIndex <= overscan + 1;
    if (isCovered && isLean) return Array.from({ length: last - first + 1 }, (_, step) => first + step);
    const indexes = defaultRangeExtractor(range);
    drawn.current = { first: indexes[0] ?? 0, last: indexes.at(-1) ?? -1 };
    return indexes;
  }, []);
}

/** A list as a table: head that sticks, rows that open by click or Enter, arrows move; more than `virtualFrom` rows are virtual. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { columns, count, rowAt, rowKey, onOpen, onRange, foot, groupBefore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isVirtual = count > virtualFrom;
  const virtual = useVirtualizer({
    count: isVirtual ? count : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => props.rowHeight ?? 57,
    overscan,
    rangeExtractor: useSteadyRange(),
  });
  const items = isVirtual ? virtual.getVirtualItems() : [];
  const first = items[0]?.index ?? 0;
  const last = (items.at(-1)?.index ?? -1) + 1;
  const tellRange = useRef(onRange);
  useEffect(() => {
    tellRange.current = onRange;
  });
  useEffect(() => {
    if (isVirtual && last > first) tellRange.current?.(first, last);
  }, [isVirtual, first, last]);

  const latestOpen = useRef(onOpen);
  useEffect(() => {
    latestOpen.current = onOpen;
  });
  /** One function for good, so that a row is drawn anew only when the row or the columns have changed. */
  const open = useCallback((row: Row) => latestOpen.current?.(row), []);

  function moveFocus(event: KeyboardEvent<HTMLElement>) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.code];
    if (step === undefined || !(event.target instanceof HTMLTableRowElement)) return;
    event.preventDefault();
    let next = step > 0 ? event.target.nextElementSibling : event.target.previousElementSibling;
    while (next !== null && !(next instanceof HTMLTableRowElement && next.tabIndex === 0))
      next = step > 0 ? next.nextElementSibling : next.previousElementSibling;
    if (next instanceof HTMLElement) {
      next.focus();
      next.scrollIntoView({ block: 'nearest' });
    }
  }

  function body(index: number, measure: ((element: HTMLTableRowElement | null) => void) | null): ReactNode[] {
    const row = rowAt(index);
    if (row === undefined) {
      return [
        <tr key={`wait-${index}`} data-index={index} ref={measure} aria-hidden="true">
          <td colSpan={columns.length}>
            <div className="skeleton" style={{ padding: '4px 0' }}>
              <i style={{ width: '40%' }} />
            </div>
          </td>
        </tr>,
      ];
    }
    const group = groupBefore?.(row, index > 0 ? rowAt(index - 1) : undefined) ?? null;
    const key = rowKey(row);
    const line = (
      <TableRow
        key={key}
        row={row}
        columns={columns}
        index={index}
        measure={measure}
        tone={props.rowTone?.(row)}
        isSelected={props.selectedKey === undefined ? undefined : props.selectedKey === key}
        open={onOpen === undefined ? null : open}
      />
    );
    if (group === null) return [line];
    return [
      <tr key={`group-${key}`} className="group">
        <td colSpan={columns.length}>{group}</td>
      </tr>,
      line,
    ];
  }

  const before = items[0]?.start ?? 0;
  const after = isVirtual ? virtual.getTotalSize() - (items.at(-1)?.end ?? 0) : 0;
  return (
    <div className="sheet col" style={{ minHeight: 0, overflow: 'hidden' }}>
      <div
        className="table-wrap"
        ref={scroller}
        style={isVirtual ? { height: 'max(420px, calc(100vh - 300px))' } : undefined}
      >
        <table
          className={isVirtual ? 'table table-virtual' : 'table'}
          aria-label={props.label}
          aria-rowcount={isVirtual ? count : undefined}
          onKeyDown={moveFocus}
        >
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column.key}
                  scope="col"
                  className={column.align}
                  style={column.width === undefined ? undefined : { width: column.width }}
                >
                  {column.head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {before > 0 && (
              <tr>
                <td className="gap" colSpan={columns.length} style={{ height: before }} />
              </tr>
            )}
            {isVirtual
              ? items.flatMap((item) => body(item.index, virtual.measureElement))
              : Array.from({ length: count }, (_, index) => body(index, null)).flat()}
            {after > 0 && (
              <tr>
                <td className="gap" colSpan={columns.length} style={{ height: after }} />
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {foot !== undefined && <div className="table-foot">{foot}</div>}
    </div>
  );
}

type TableRowProps<Row> = {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly index: number;
  readonly measure: ((element: HTMLTableRowElement | null) => void) | null;
  readonly tone: 'ochre' | undefined;
  readonly isSelected: boolean | undefined;
  readonly open: ((row: Row) => void) | null;
};

function PlainTableRow<Row>({ row, columns, index, measure, tone, isSelected, open }: TableRowProps<Row>) {
  return (
    <tr
      data-index={index}
      ref={measure}
      className={tone}
      aria-selected={isSelected}
      {...(open !== null && {
        tabIndex: 0,
        'data-opens': '',
        onClick: (event) => {
          if (event.target instanceof Element && event.target.closest('a,button,input,label') === null) open(row);
        },
        onKeyDown: (event) => {
          if (event.code === 'Enter' && event.target === event.currentTarget) open(row);
        },
      })}
    >
      {columns.map((column) => (
        <td key={column.key} className={column.align}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
// memo forgets the type parameter.
const TableRow = memo(PlainTableRow) as typeof PlainTableRow;
