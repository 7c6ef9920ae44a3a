/**
 * What a person would see as broken in the layout of the page on screen: text that is cut, that runs out of its button or cell, lies on
 * other text, or out of the window. Measured from the boxes the browser has drawn, at each place the page can be scrolled to.
 */
import type { Page } from 'playwright-core';

/** In words: what is wrong, with which text, in which element. */
export async function layoutFaults(page: Page): Promise<string[]> {
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  return page.evaluate(findFaults);
}

/** Runs in the page. */
function findFaults(): string[] {
  type Piece = { text: string; box: DOMRect; element: Element; layer: Element | null };
  const slack = 1.5;
  /** What opens over the page. */
  const layers = 'dialog, .pop, [popover]';
  const faults = new Set<string>();
  const nameOf = (element: Element) =>
    `${element.tagName.toLowerCase()}${element.className !== '' && typeof element.className === 'string' ? `.${element.className.trim().replaceAll(/\s+/g, '.')}` : ''}`;
  const tell = (what: string, element: Element, text: string) =>
    faults.add(
      `${what}: «${text.trim().slice(0, 60)}» in ${nameOf(element)} in ${nameOf(element.parentElement ?? element)}`,
    );
  /** What is hidden, for screen readers only, or made to give way to something else of the same meaning. */
  const isApart = (element: Element) =>
    element.closest('.vh, [aria-hidden="true"] svg, .skip, option, [hidden], [data-gives-way]') !== null;
  const isShortened = (element: Element) => {
    for (let up: Element | null = element; up !== null && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none') return true;
    }
    return false;
  };

  function look(): void {
    const pieces: Piece[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent ?? '';
      const element = node.parentElement;
      if (text.trim() === '' || element === null || isApart(element) || isShortened(element)) continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const drawn of range.getClientRects()) {
        if (drawn.width < 1 || drawn.height < 1) continue;
        const seen = clip(drawn, element, text);
        // Of what is nearly scrolled away only the edge of its box is left, which may lie on the next line.
        if (seen !== null && seen.height > drawn.height / 2) covered(seen, element, text);
        if (seen !== null) pieces.push({ text, box: seen, element, layer: element.closest(layers) });
      }
    }
    overlaps(pieces);
    windowScrolls();
  }

  /** In the app's frame only its middle scrolls: the window as a whole would leave an empty strip below the frame. */
  function windowScrolls(): void {
    const frame = document.querySelector('.main');
    const { scrollHeight, clientHeight } = document.documentElement;
    if (frame !== null && scrollHeight > clientHeight + slack) tell('the window scrolls as a whole', frame, '');
  }

  /** Tells of text below something that does not belong to it. */
  function covered(box: DOMRect, element: Element, text: string): void {
    const y = box.top + box.height / 2;
    for (const x of [box.left + 3, box.right - 3]) {
      const top = document.elementFromPoint(x, y);
      if (top === null || top.contains(element) || element.contains(top) || top.closest('[data-letters]') !== null)
        continue;
      // What opens over a page covers it.
      const layer = top.closest(layers);
      if (layer !== null && !layer.contains(element)) continue;
      // A label and its input, a link over its card: they belong together.
      if (top.closest('label, a, button, tr')?.contains(element) === true) continue;
      // The head of a table stays while its rows are scrolled below it.
      if (isSticky(top) && !isSticky(element)) continue;
      if (element.closest('dialog') === null && document.querySelector('dialog[open]') !== null) continue;
      tell(`lies below ${nameOf(top)}`, element, text);
    }
  }

  /** The part of a piece of text that is not scrolled away; tells on the way what cuts it. */
  function clip(drawn: DOMRect, element: Element, text: string): DOMRect | null {
    let { left, right, top, bottom } = drawn;
    let isInside = true;
    for (let up: Element | null = element; up !== null && up !== document.documentElement; up = up.parentElement) {
      const style = getComputedStyle(up);
      const box = up.getBoundingClientRect();
      // A menu hangs out of the button's box it stands in, but may still be cut.
      const isCell =
        isInside &&
        up.matches(
          'button, .btn, td, th, .chip, .field, .form-field, .it, .note, .sheet, .hb, .tab, [role="tab"], legend, summary',
        );
      const scrollsX = ['auto', 'scroll'].includes(style.overflowX);
      const scrollsY = ['auto', 'scroll'].includes(style.overflowY);
      const hidesX = ['hidden', 'clip'].includes(style.overflowX);
      const hidesY = ['hidden', 'clip'].includes(style.overflowY);
      if ((hidesX || isCell) && style.display !== 'inline' && (right > box.right + slack || left < box.left - slack))
        tell(hidesX ? 'cut at the side' : 'runs out at the side', up, text);
      if (
        (hidesY || isCell) &&
        style.display !== 'inline' &&
        !isScrolled(up) &&
        (bottom > box.bottom + 3 || top < box.top - 3)
      )
        tell(hidesY ? 'cut below' : 'runs out below', up, text);
      if (scrollsX && up.scrollWidth > up.clientWidth + 1 && right > box.right + slack)
        tell('must be scrolled sideways', up, text);
      if (scrollsX || scrollsY || hidesX || hidesY) {
        left = Math.max(left, box.left);
        right = Math.min(right, box.right);
        top = Math.max(top, box.top);
        bottom = Math.min(bottom, box.bottom);
      }
      if (right - left < 1 || bottom - top < 1) return null;
      if (up.matches('dialog')) break;
      if (up.matches(layers)) isInside = false;
    }
    if (right > innerWidth + slack || left < -slack) tell('out of the window', element, text);
    return new DOMRect(left, top, right - left, bottom - top);
  }

  /** A box that lies in something scrolled may be cut by that; it is looked at again further down. */
  function isScrolled(element: Element): boolean {
    return element === document.body || ['auto', 'scroll'].includes(getComputedStyle(element).overflowY);
  }

  function overlaps(pieces: Piece[]): void {
    for (const [index, one] of pieces.entries()) {
      for (const other of pieces.slice(index + 1)) {
        if (one.layer !== other.layer || one.element === other.element) continue;
        const width = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const height = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
        // Lines may touch: the box of a line is taller than its letters.
        if (width <= 2 || height <= 0.4 * Math.min(one.box.height, other.box.height)) continue;
        if (isSticky(one.element) !== isSticky(other.element)) continue;
        tell(`lies on «${other.text.trim().slice(0, 40)}»`, one.element, one.text);
      }
    }
  }

  function isSticky(element: Element): boolean {
    for (let up: Element | null = element; up !== null; up = up.parentElement)
      if (['sticky', 'fixed'].includes(getComputedStyle(up).position)) return true;
    return false;
  }

  const scrollers = [...document.querySelectorAll<HTMLElement>('*')].filter(
    (element) =>
      element.scrollHeight > element.clientHeight + 8 &&
      ['auto', 'scroll'].includes(getComputedStyle(element).overflowY),
  );
  look();
  for (const scroller of scrollers) {
    const before = scroller.scrollTop;
    for (let at = scroller.clientHeight * 0.8; at < scroller.scrollHeight; at += scroller.clientHeight * 0.8) {
      scroller.scrollTop = at;
      look();
    }
    scroller.scrollTop = before;
  }
  return [...faults];
}
