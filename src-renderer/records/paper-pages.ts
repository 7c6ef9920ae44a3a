/**
 * The foot of every printed page, as `@page` rules of one style sheet: only the browser knows how many pages there are. Each
 * language is a page kind of its own, with its own words.
 */
import { useEffect } from 'react';
import type { Locale } from '#shared/i18n/locales.ts';

export type PaperFoot = {
  readonly locale: Locale;
  /** Lines at the left, in the middle, at the right. In the right ones `{page}` and `{pages}` become numbers. */
  readonly left: readonly string[];
  readonly middle: readonly string[];
  readonly right: readonly string[];
};

/** The CSS name of a language's pages. */
export function pageName(locale: Locale): string {
  return `paper-${locale}`;
}

/** Puts the rules into the document as long as the component is there. */
export function usePaperFeet(feet: readonly PaperFoot[]): void {
  const css = feet.map(pageRule).join('\n');
  useEffect(() => {
    // A constructed sheet: the window's policy allows no <style> elements.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
    };
  }, [css]);
}

/** The `@page` rule of one language: A4 upright, 25 mm for binding. */
function pageRule(foot: PaperFoot): string {
  const box = (align: string, width: string, lines: readonly string[]) =>
    `content: ${cssContent(lines)}; width: ${width}; text-align: ${align}; vertical-align: top; white-space: pre-line; padding: 5pt 0 0; margin: 0; border-top: 0.75pt solid #000; font: 8pt/10.5pt 'Noto Sans', sans-serif; color: #000;`;
  return `@page ${pageName(foot.locale)} { size: A4 portrait; margin: 15mm 15mm 25mm 25mm;
  @bottom-left { ${box('left', '40%', foot.left)} }
  @bottom-center { ${box('center', '20%', foot.middle)} }
  @bottom-right { ${box('right', '40%', foot.right)} } }`;
}

/** Lines as a CSS `content` value. */
export function cssContent(lines: readonly string[]): string {
  const parts = lines
    .join('\n')
    .split(/(\{page\}|\{pages\})/)
    .filter((part) => part !== '')
    .map((part) => (part === '{page}' ? 'counter(page)' : part === '{pages}' ? 'counter(pages)' : cssString(part)));
  return parts.length === 0 ? `''` : parts.join(' ');
}

/** A CSS string: whatever is in the text stays text. */
function cssString(text: string): string {
  // Every character that could end the string or the rule is written as its code.
  const escaped = [...text]
    .map((char) => (/[\p{L}\p{N} .,:;№()/-]/u.test(char) ? char : `\\${(char.codePointAt(0) ?? 32).toString(16)} `))
    .join('');
  return `'${escaped}'`;
}
