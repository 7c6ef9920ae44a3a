/**
 * The shell: Electron's main process and the app's composition root. Order is for a fast start: the window first; the core
 * boots in its own process once the sign-in screen is drawn (an office laptop has two processor cores, and Chromium wants
 * both), or at once where the screen depends on it; the drives follow the core.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { app, dialog, ipcMain, Menu, powerMonitor, protocol, safeStorage, session } from 'electron';
import { localeFromSystemTag, type Locale } from '#shared/i18n/locales.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { readShellConfig, type ShellConfig } from './config.ts';
import { createCoreHost } from './core-host.ts';
import { spawnCore } from './core-process.ts';
import { type DriveWatch, driveRoots, watchDrives } from './drives.ts';
import { createFileCopies } from './file-copies.ts';
import { serveCalls } from './ipc.ts';
import { readDeviceSecret } from './keychain.ts';
import { createLockedStart } from './locked-start.ts';
import { asksForDebugging, lockContents, lockSession, quietChromium } from './lockdown.ts';
import { createFileLogger, type FileLogger } from './logging.ts';
import { menuTemplate } from './menu.ts';
import { createPackSources } from './pack-sources.ts';
import { createPrinting } from './printing.ts';
import { schemes, serveProtocols } from './protocols.ts';
import { createShellDispatch } from './shell-handlers.ts';
import { openShellState } from './shell-state.ts';
import { createShellTexts } from './texts.ts';
import { createWindows } from './windows.ts';

const coreCloseMs = 5000;
/** A page that has not been drawn by then is not waited for. */
const longestWaitMs = 3000;
const time = { now: () => Date.now() };

prepare();

/** Everything that must happen before Electron is ready. */
function prepare(): void {
  const config = readShellConfig();
  if (app.isPackaged && !config.allowRemoteDebugging && asksForDebugging(app)) {
    process.stderr.write('komissiya: a debugging port is refused in this app.\n');
    app.exit(2);
    return;
  }
  const profile = profileDirectory(config);
  app.setPath('userData', profile);
  // Chromium's own files stay together, apart from ours.
  app.setPath('sessionData', join(profile, 'chromium'));
  app.setPath('crashDumps', join(profile, 'chromium/crashes'));
  // One app per profile: the lock is a file in it.
  if (!app.requestSingleInstanceLock()) {
    app.exit(0);
    return;
  }
  quietChromium(app);
  protocol.registerSchemesAsPrivileged(schemes);
  const logger = createFileLogger({ directory: join(profile, 'logs'), time });
  process.on('uncaughtException', (error) => crash(logger, error));
  process.on('unhandledRejection', (error) => crash(logger, error));
  lockContents(app, logger);
  void app.whenReady().then(() => run(config, profile, logger));
}

/** The folder named in the environment, or the operating system's place; made when absent. */
function profileDirectory(config: ShellConfig): string {
  const profile = config.profile === null ? join(app.getPath('appData'), 'Komissiya') : resolve(config.profile);
  mkdirSync(profile, { recursive: true });
  return profile;
}

/** A bug of the shell. The message is not logged: it may quote data. The core ends with us and loses nothing saved. */
function crash(logger: FileLogger, error: unknown): void {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  const at = lines.filter((line) => line.trimStart().startsWith('at ')).map((line) => line.replace(/^.*[\\/]/, ''));
  logger.error('shell/crashed', {
    name: error instanceof Error ? error.name : typeof error,
    at: at.slice(0, 6).join(' < '),
  });
  logger.flush();
  app.exit(70);
}

function run(config: ShellConfig, profile: string, logger: FileLogger): void {
  const dist = import.meta.dirname;
  const version = packageJson.version;
  const state = openShellState(profile);
  const systemLocale = localeFromSystemTag(app.getPreferredSystemLanguages()[0] ?? '');
  const locale = (): Locale => state.get().locale ?? systemLocale;
  const texts = createShellTexts(locale);

  const coreHost = createCoreHost({
    spawn: () => spawnCore(join(dist, 'core.js')),
    directory: profile,
    version,
    // The variable that lets tests drive a packaged app also lets them import what this repository signs.
    allowDevelopmentPublisher: !app.isPackaged || config.allowRemoteDebugging,
    async deviceSecret() {
      // A keychain may take its time: the window goes first.
      await setImmediate();
      return readDeviceSecret({ safeStorage, platform: process.platform, directory: profile, logger });
    },
    time,
    logger,
    writeCoreLog: (level, event, fields) => logger.write('core', level, event, fields),
    onEvent(event) {
      windows.broadcast(event);
      if (!coreHost.isSignedIn()) files.wipe();
    },
    onReady(again) {
      if (!again) return;
      windows.broadcast({ event: 'core-restarted' });
      void sources.tell();
    },
  });
  const lockedStart = createLockedStart({ directory: profile, time, core: coreHost });
  const dispatchCore = lockedStart.dispatch;

  const icon = join(dist, 'icons/icon-256.png');
  const windows = createWindows({
    preload: join(dist, 'preload.cjs'),
    icon: process.platform === 'linux' && existsSync(icon) ? icon : null,
    state,
    time,
    logger,
    onHopeless: () => void offerReopening(),
  });
  const sources = createPackSources({ dispatch: dispatchCore, logger });
  const files = createFileCopies({
    dispatchCore,
    windows,
    texts,
    profile,
    documentsDirectory: app.getPath('documents'),
    saveDirectory: config.pdfDirectory,
  });
  files.wipe();
  const printing = createPrinting({
    windows,
    logger,
    texts,
    documentsDirectory: app.getPath('documents'),
    pdfDirectory: config.pdfDirectory,
  });

  serveProtocols(session.defaultSession, { rendererDirectory: join(dist, 'renderer'), locale, dispatch: dispatchCore });
  lockSession(session.defaultSession, logger);
  serveCalls({
    ipcMain,
    isOurs: windows.isOurs,
    dispatchCore,
    dispatchShell: createShellDispatch({
      logger,
      isSignedIn: coreHost.isSignedIn,
      newIncident: () => randomBytes(3).toString('hex').toUpperCase(),
      version,
      wantedElectron: packageJson.devDependencies.electron,
      coreHost,
      windows,
      printing,
      sources,
      files,
      texts,
      begin,
      setLocale(chosen) {
        state.set({ locale: chosen });
        setMenu();
      },
    }),
    logger,
  });
  windows.openMain();
  // Before the window is shown: Electron's own English menu must not be there even for a moment.
  setMenu();
  if (lockedStart.isKnown) setTimeout(begin, longestWaitMs);
  else coreHost.start();
  logger.info('shell/started', { version, electron: process.versions.electron, platform: process.platform });

  let drives: DriveWatch | null = null;
  app.on('second-instance', () => windows.openMain());
  app.on('window-all-closed', () => app.quit());
  app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
    logger.warn('shell/process-gone', { type, reason, exitCode });
  });
  powerMonitor.on('lock-screen', lock);
  powerMonitor.on('suspend', lock);

  function lock(): void {
    if (coreHost.isSignedIn()) void dispatchCore('access.lock', {});
  }

  function setMenu(): void {
    const template = menuTemplate({
      texts,
      platform: process.platform,
      developer: !app.isPackaged,
      onCommand: (command) => windows.tellMain({ event: 'menu', command }),
      onZoom: windows.stepZoom,
      onQuit: () => app.quit(),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }

  async function offerReopening(): Promise<void> {
    const buttons = [texts('page.reopen'), texts('menu.quit')];
    const title = texts('page.title');
    const { response } = await dialog.showMessageBox({
      type: 'error',
      title,
      message: title,
      detail: texts('page.text'),
      buttons,
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    });
    if (response === 1) app.quit();
    else windows.reopenMain();
  }

  /** What the first screen does not need: once that is drawn, or late. Called again for every page. */
  function begin(): void {
    coreHost.start();
    drives ??= watchDrives({
      roots: driveRoots(process.platform, config.driveRoots),
      platform: process.platform,
      logger,
      onChange: sources.setDrives,
    });
  }

  let closing: 'not-yet' | 'now' | 'done' = 'not-yet';
  app.on('will-quit', (event) => {
    if (closing === 'done') return;
    // The core writes its journal back into the database before it goes.
    event.preventDefault();
    if (closing === 'not-yet') void close();
  });

  async function close(): Promise<void> {
    closing = 'now';
    drives?.close();
    await coreHost.close(coreCloseMs);
    files.wipe();
    closing = 'done';
    logger.info('shell/closed');
    logger.flush();
    app.quit();
  }
}
