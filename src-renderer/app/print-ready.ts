import { useEffect } from 'react';
import { call } from './bridge.ts';

/** Tells the shell that a print page may be printed: its data is on the page, its fonts and pictures are loaded. */
export function usePrintReady(isReady: boolean): void {
  useEffect(() => {
    if (!isReady) return;
    const pictures = [...document.images].map((image) => image.decode().catch(() => undefined));
    void Promise.all([document.fonts.ready, ...pictures]).then(() => call('shell.printReady', {}));
  }, [isReady]);
}
