/** The hub's address as people type it: `hub.example.org`, `192.168.1.5:8470`, `https://127.0.0.1:8470/`. */

/**
 * Returns the origin without a trailing slash, or null when it is none. It is https, whatever was typed; only on this machine
 * itself `http://` is taken at its word.
 */
export function parseHubAddress(typed: string): string | null {
  const text = typed.trim();
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(withScheme)) return null;
  const url = new URL(withScheme);
  if (url.protocol === 'http:' && !isThisMachine(url.hostname)) url.protocol = 'https:';
  const plain = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return plain && (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname !== '' ? url.origin : null;
}

function isThisMachine(hostname: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i.test(hostname);
}
