/** The hub's address as people type it: `hub.example.org`, `192.168.1.5:8470`, `http://127.0.0.1:8470/`. */

/**
 * Returns the origin without a trailing slash, or null when it is none. Without a scheme it is https, except on this
 * machine itself.
 */
export function parseHubAddress(typed: string): string | null {
  const text = typed.trim();
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `${isThisMachine(text) ? 'http' : 'https'}://${text}`;
  if (!URL.canParse(withScheme)) return null;
  const url = new URL(withScheme);
  const plain = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return plain && (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname !== '' ? url.origin : null;
}

function isThisMachine(text: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?\/?$/i.test(text);
}
