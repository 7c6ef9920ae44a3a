/** What the shell answers to pages: `shell.*` of the contract. */
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { dialog, type WebContents } from 'electron';
import { createDispatch, type Dispatch, type DispatcherDeps } from '#shared/contract/rpc.ts';
import { shellContract } from '#shared/contract/shell-contract.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import { err, ok } from '#shared/kernel/result.ts';
import type { CoreHost } from './core-host.ts';
import type { FileCopies } from './file-copies.ts';
import type { PackSources } from './pack-sources.ts';
import type { Printing } from './printing.ts';
import type { ShellTexts } from './texts.ts';
import type { Windows } from './windows.ts';

export type ShellHandlersDeps = DispatcherDeps & {
  readonly version: string;
  /** The Electron this version was made for; another one is somebody's repackaging for development. */
  readonly wantedElectron: string;
  readonly coreHost: CoreHost;
  readonly windows: Windows;
  readonly printing: Printing;
  readonly sources: PackSources;
  readonly files: FileCopies;
  readonly texts: ShellTexts;
  readonly setLocale: (locale: Locale) => void;
  /** Starts what the first screen does not need. */
  readonly begin: () => void;
};

/** The shell's calls as made by one page: what a print page may ask depends on which page asks. */
export function createShellDispatch(deps: ShellHandlersDeps): (page: WebContents) => Dispatch {
  const electron = process.versions.electron;
  return (page) =>
    createDispatch(
      shellContract,
      {
        shell: {
          about: () =>
            ok({
              version: deps.version,
              electron,
              platform: `${process.platform} ${process.arch} ${process.getSystemVersion()}`,
              laptop: hostname(),
              unofficialRuntime: electron !== deps.wantedElectron,
            }),
          drawn() {
            deps.begin();
            return ok({});
          },
          setLocale({ locale }) {
            deps.setLocale(locale);
            return ok({});
          },
          async chooseFolder() {
            const main = deps.windows.main();
            const text = deps.texts;
            const options = {
              title: text('folder.title'),
              buttonLabel: text('folder.choose'),
              properties: ['openDirectory' as const],
            };
            const answer = await (main === null
              ? dialog.showOpenDialog(options)
              : dialog.showOpenDialog(main, options));
            const path = answer.filePaths[0];
            if (answer.canceled || path === undefined) return err({ code: 'shell/cancelled' });
            const told = await deps.sources.addFolder(path);
            return told.ok ? ok({ name: basename(path) || path }) : told;
          },
          saveFile: (target) => deps.files.save(target),
          openFile: (target) => deps.files.open(target),
          printToPdf: (target) => deps.printing.toPdf(target),
          print: (target) => deps.printing.print(target),
          printPayload: () => ok({ payload: deps.printing.takePayload(page) }),
          printReady() {
            deps.printing.markReady(page);
            return ok({});
          },
          setScale({ factor }) {
            deps.windows.setScale(factor);
            return ok({});
          },
          coreState() {
            deps.coreHost.start();
            return ok(deps.coreHost.state());
          },
        },
      },
      deps,
    );
}
