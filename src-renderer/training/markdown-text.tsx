import type { MarkdownBlock, TextRun } from '#shared/training/markdown.ts';

/** One block of a lesson's text as React nodes. Nothing of a pack becomes HTML. */
export function MarkdownText({ block }: { block: MarkdownBlock }) {
  switch (block.kind) {
    case 'heading':
      return block.level === 2 ? <h2>{runs(block.content)}</h2> : <h3>{runs(block.content)}</h3>;
    case 'paragraph':
      return <p>{runs(block.content)}</p>;
    case 'list': {
      const items = block.items.map((item, index) => <li key={index}>{runs(item)}</li>);
      return block.ordered ? <ol start={block.start}>{items}</ol> : <ul>{items}</ul>;
    }
    case 'table':
      return (
        <div className="table-wrap lesson-table">
          <table className="table">
            <thead>
              <tr>
                {block.head.map((cell, index) => (
                  <th key={index} scope="col">
                    {runs(cell)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, index) => (
                <tr key={index}>
                  {row.map((cell, column) => (
                    <td key={column}>{runs(cell)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
  }
}

function runs(content: readonly TextRun[]) {
  return content.map(({ text, bold }, index) =>
    bold ? <strong key={index}>{text}</strong> : <span key={index}>{text}</span>,
  );
}
