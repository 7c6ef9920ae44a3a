/**
 * The app's window: shown once painted, on paper and not on white, where it was last time. A page that dies is loaded again;
 * the core and what is saved are not touched by that.
 */
import { BrowserWindow, screen, type WebContents, type WebPreferences } from 'electron';
import type { CoreEvent } from '#shared/contract/core-contract.ts';
import type { ShellEvent } from '#shared/contract/shell-contract.ts';
import type { Logger, Time } from '#shared/kernel/ports.ts';
import { appPage } from './protocols.ts';
import { placeWindow, smallest, type ShellStateStore } from './shell-state.ts';

/** paper.1 of the design: what is seen before the first paint. */
const paper = '#FBF8F2';
const reloadWindowMs = 60_000;
/** How long a loaded page may stay hidden before it is shown as it is. */
const longestUnseenMs = 500;
const reloadDelayMs = 100;
const reloadsBeforeGivingUp = 3;
const zoomStep = 1.1;

export type WindowsDeps = {
  readonly preload: string;
  readonly icon: string | null;
  readonly state: ShellStateStore;
  readonly time: Time;
  readonly logger: Logger;
  /** The page died again and again. */
  readonly onHopeless: () => void;
};

export type Windows = {
  /** Opens the main window, or brings it forward. */
  openMain(): void;
  main(): BrowserWindow | null;
  /** Makes the main window anew after its page died for good. */
  reopenMain(): void;
  /** A hidden window of the same safety, for a print page; destroy it after use. */
  openHidden(route: string): BrowserWindow;
  isOurs(contents: WebContents): boolean;
  /** Tells all pages. */
  broadcast(event: CoreEvent | ShellEvent): void;
  /** Tells the main window's page. */
  tellMain(event: ShellEvent): void;
  /** Sets the text size chosen by the person; remembered. */
  setScale(factor: number): void;
  /** Steps the zoom of the View menu; 0 goes back to 100 %. Remembered. */
  stepZoom(direction: -1 | 0 | 1): void;
};

export function createWindows(deps: WindowsDeps): Windows {
  const ours = new Set<BrowserWindow>();
  let main: BrowserWindow | null = null;
  let deaths: number[] = [];

  const zoomFactor = (): number => deps.state.get().scale * deps.state.get().zoom;
  const preferences = (): WebPreferences => ({
    preload: deps.preload,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
    spellcheck: false,
    navigateOnDragDrop: false,
    autoplayPolicy: 'user-gesture-required',
  });

  function register(window: BrowserWindow): void {
    ours.add(window);
    window.on('closed', () => ours.delete(window));
  }

  function openMain(): void {
    if (main !== null) {
      if (main.isMinimized()) main.restore();
      main.show();
      main.focus();
      return;
    }
    const primary = screen.getPrimaryDisplay();
    const others = screen.getAllDisplays().filter((display) => display.id !== primary.id);
    const place = placeWindow(
      deps.state.get(),
      [primary, ...others].map((display) => display.workArea),
    );
    const window = new BrowserWindow({
      ...place.bounds,
      minWidth: smallest.width,
      minHeight: smallest.height,
      show: false,
      title: 'Komissiya',
      backgroundColor: paper,
      autoHideMenuBar: true,
      ...(deps.icon === null ? {} : { icon: deps.icon }),
      webPreferences: { ...preferences(), zoomFactor: zoomFactor() },
    });
    main = window;
    register(window);
    let shown = false;
    const show = (): void => {
      if (shown || window.isDestroyed()) return;
      shown = true;
      if (place.maximized) window.maximize();
      window.show();
      deps.logger.info('shell/window-shown', { msSinceStart: Math.round(process.uptime() * 1000) });
    };
    window.once('ready-to-show', show);
    // A load that was interrupted may never report its first paint.
    window.webContents.once('did-stop-loading', () => setTimeout(show, longestUnseenMs));
    window.on('close', () => {
      deps.state.set({ bounds: window.getNormalBounds(), maximized: window.isMaximized() });
    });
    window.on('closed', () => {
      if (main === window) main = null;
    });
    window.on('unresponsive', () => deps.logger.warn('shell/page-unresponsive'));
    window.on('responsive', () => deps.logger.info('shell/page-responsive'));
    const contents = window.webContents;
    // Chromium remembers a zoom per address; ours is the one that counts.
    contents.on('dom-ready', () => contents.setZoomFactor(zoomFactor()));
    contents.on('render-process-gone', (_event, { reason, exitCode }) => {
      deps.logger.error('shell/page-gone', { reason, exitCode });
      if (reason === 'clean-exit' || window.isDestroyed()) return;
      const now = deps.time.now();
      deaths = [...deaths.filter((at) => Math.abs(now - at) < reloadWindowMs), now];
      if (deaths.length > reloadsBeforeGivingUp) deps.onHopeless();
      // Not from inside this event: Electron itself dies of that.
      else setTimeout(() => !window.isDestroyed() && contents.reload(), reloadDelayMs);
    });
    load(window, appPage);
  }

  /** A failed load is an event of its own and a bug of the build; the promise only repeats it. */
  function load(window: BrowserWindow, url: string): void {
    window.loadURL(url).catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? String(error.code) : null;
      // A reload or a closed window ends a load on its way.
      if (code !== 'ERR_ABORTED') deps.logger.error('shell/page-not-loaded', { code });
    });
  }

  function applyZoom(): void {
    main?.webContents.setZoomFactor(zoomFactor());
  }

  function tell(window: BrowserWindow, event: CoreEvent | ShellEvent): void {
    if (!window.isDestroyed()) window.webContents.send('komissiya:event', event);
  }

  return {
    openMain,
    main: () => main,
    reopenMain() {
      deaths = [];
      const dead = main;
      main = null;
      openMain();
      // After the new one is there, or the app would quit for lack of a window.
      dead?.destroy();
    },
    openHidden(route) {
      const window = new BrowserWindow({
        show: false,
        width: 1000,
        height: 1400,
        backgroundColor: '#FFFFFF',
        webPreferences: { ...preferences(), backgroundThrottling: false },
      });
      register(window);
      load(window, `${appPage}#${route}`);
      return window;
    },
    isOurs: (contents) => [...ours].some((window) => !window.isDestroyed() && window.webContents === contents),
    broadcast(event) {
      for (const window of ours) tell(window, event);
    },
    tellMain(event) {
      if (main !== null) tell(main, event);
    },
    setScale(factor) {
      deps.state.set({ scale: factor });
      applyZoom();
    },
    stepZoom(direction) {
      const zoom = direction === 0 ? 1 : deps.state.get().zoom * zoomStep ** direction;
      deps.state.set({ zoom: Math.round(Math.min(Math.max(zoom, 0.5), 3) * 100) / 100 });
      applyZoom();
    },
  };
}
