import { Fragment } from 'react';
import { parseDecisionText, type TextBlock, type TextLine } from '#shared/records/decision-text.ts';

/** The text of a decision as it stands on paper: React nodes made from blocks, never HTML from a string. */
export function DecisionTextView({ text }: { text: string }) {
  return (
    <div className="decision-text">
      {parseDecisionText(text).map((block, index) => (
        // Blocks have no identity but their place.
        <Block key={index} block={block} />
      ))}
    </div>
  );
}

function Block({ block }: { block: TextBlock }) {
  switch (block.type) {
    case 'heading':
      return (
        <h4>
          <Line line={block.line} />
        </h4>
      );
    case 'paragraph':
      return (
        <p>
          <Lines lines={block.lines} />
        </p>
      );
    case 'list':
      return (
        <ol className={block.numbered ? 'points' : 'plain'}>
          {block.items.map((item, index) => (
            <li key={index} data-depth={Math.min(item.depth, 3)}>
              <span className="marker">{block.numbered ? item.marker : '–'}</span>
              <div>
                <Lines lines={item.lines} />
              </div>
            </li>
          ))}
        </ol>
      );
    case 'table':
      return (
        <div className="table-wrap">
          <table>
            {block.head !== null && (
              <thead>
                <tr>
                  {block.head.map((cell, index) => (
                    <th key={index} scope="col">
                      <Line line={cell} />
                    </th>
                  ))}
                </tr>
              </thead>
            )}
            <tbody>
              {block.rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, column) => (
                    <td key={column}>
                      <Line line={cell} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

function Lines({ lines }: { lines: readonly TextLine[] }) {
  return lines.map((line, index) => (
    <Fragment key={index}>
      {index > 0 && <br />}
      <Line line={line} />
    </Fragment>
  ));
}

function Line({ line }: { line: TextLine }) {
  return line.map((piece, index) =>
    piece.bold ? <strong key={index}>{piece.text}</strong> : <Fragment key={index}>{piece.text}</Fragment>,
  );
}
