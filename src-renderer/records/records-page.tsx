import { DecisionsPage } from './decisions-page.tsx';

/** The entry to the registers. There is one so far, so it opens at once. */
export function RecordsPage() {
  return <DecisionsPage />;
}
