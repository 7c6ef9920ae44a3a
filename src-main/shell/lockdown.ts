/**
 * What keeps the window closed to the world: no network, no permission, no navigation, no second window.
 * The core has its own road to the hub and is not touched by this.
 */
import type { App, Session } from 'electron';
import type { Logger } from '#shared/kernel/ports.ts';
import { appOrigin, appPage } from './protocols.ts';

/** Chromium's own errands, and every name it might look up. To be set before the app is ready. */
const switches: readonly (readonly [string, string?])[] = [
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-default-apps'],
  ['disable-domain-reliability'],
  ['disable-sync'],
  ['no-pings'],
  ['no-proxy-server'],
  ['host-resolver-rules', 'MAP * ~NOTFOUND'],
  ['disable-features', 'OptimizationHints,MediaRouter,DialMediaRouteProvider,AutofillServerCommunication,Translate'],
];

/** Switches Chromium's background work off. Before `ready`. */
export function quietChromium(app: App): void {
  for (const [name, value] of switches) app.commandLine.appendSwitch(name, value);
}

/** Debugging ports let any program on this laptop steer the window. */
export function asksForDebugging(app: App): boolean {
  return ['remote-debugging-port', 'remote-debugging-pipe', 'inspect', 'inspect-brk'].some((name) =>
    app.commandLine.hasSwitch(name),
  );
}

/** Blocks network and permissions of a session. */
export function lockSession(session: Session, logger: Logger): void {
  const blocked = ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file:///*'];
  session.webRequest.onBeforeRequest({ urls: blocked }, (details, answer) => {
    logger.warn('shell/request-blocked', { scheme: details.url.slice(0, details.url.indexOf(':')) });
    answer({ cancel: true });
  });
  // A clip may fill the screen; nothing else is granted.
  const mayBe = (permission: string, origin: string): boolean =>
    permission === 'fullscreen' && origin.replace(/\/$/, '') === appOrigin;
  session.setPermissionRequestHandler((contents, permission, answer) => {
    const granted = mayBe(permission, originOf(contents.getURL()));
    if (!granted) logger.warn('shell/permission-denied', { permission });
    answer(granted);
  });
  session.setPermissionCheckHandler((_contents, permission, origin) => mayBe(permission, origin));
  session.setDevicePermissionHandler(() => false);
  session.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }));
  session.setSpellCheckerEnabled(false);
  session.on('will-download', (event) => {
    event.preventDefault();
    logger.warn('shell/download-denied');
  });
}

/** Guards every page the app ever makes: it stays on our page and opens no window. */
export function lockContents(app: App, logger: Logger): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.setWindowOpenHandler(() => {
      logger.warn('shell/window-denied');
      return { action: 'deny' };
    });
    // Frames inside may show packs; the page itself changes by its hash only, which is no navigation.
    contents.on('will-frame-navigate', (event) => {
      const allowed = event.isMainFrame ? isAppPage(event.url) : isPackUrl(event.url);
      if (allowed) return;
      event.preventDefault();
      logger.warn('shell/navigation-denied', { mainFrame: event.isMainFrame });
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
  });
}

/** Whether a URL is our page, whatever its hash. */
export function isAppPage(url: string): boolean {
  return url.split('#', 1)[0] === appPage;
}

function isPackUrl(url: string): boolean {
  return url.startsWith('pack://');
}

/** Scheme and host; `new URL` gives custom schemes no origin. */
function originOf(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/.exec(url)?.[0] ?? '';
}
