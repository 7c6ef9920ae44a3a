/**
 * The native menu in the user's language. The page handles its keys itself by their place on the keyboard, so that they work
 * in every layout; the entries here show the same keys, and catch them where the page does not (a frame with a lesson).
 */
import type { MenuItemConstructorOptions } from 'electron';
import type { ShellEvent } from '#shared/contract/shell-contract.ts';
import type { ShellTextKey, ShellTexts } from './texts.ts';

export type MenuCommand = Extract<ShellEvent, { event: 'menu' }>['command'];

export type MenuDeps = {
  readonly texts: ShellTexts;
  readonly platform: NodeJS.Platform;
  /** Developer tools are offered only outside a package. */
  readonly developer: boolean;
  readonly onCommand: (command: MenuCommand) => void;
  readonly onZoom: (direction: -1 | 0 | 1) => void;
  readonly onQuit: () => void;
};

type Item = MenuItemConstructorOptions;
const line: Item = { type: 'separator' };

/** The menu as data for `Menu.buildFromTemplate`. */
export function menuTemplate(deps: MenuDeps): Item[] {
  const text = deps.texts;
  const command = (label: ShellTextKey, name: MenuCommand, accelerator?: string): Item => ({
    label: text(label),
    click: () => deps.onCommand(name),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  const role = (label: ShellTextKey, name: NonNullable<Item['role']>): Item => ({ label: text(label), role: name });
  const zoom = (label: ShellTextKey, direction: -1 | 0 | 1, accelerator: string, hidden = false): Item => ({
    label: text(label),
    accelerator,
    click: () => deps.onZoom(direction),
    ...(hidden ? { visible: false, acceleratorWorksWhenHidden: true } : {}),
  });
  const quitKey = deps.platform === 'darwin' ? 'Cmd+Q' : deps.platform === 'win32' ? 'Alt+F4' : 'Ctrl+Q';
  return [
    // The first menu of macOS is the app's own.
    ...(deps.platform === 'darwin' ? [{ role: 'appMenu' } satisfies Item] : []),
    {
      label: text('menu.file'),
      submenu: [
        command('menu.new', 'new', 'CmdOrCtrl+N'),
        command('menu.save', 'save', 'CmdOrCtrl+S'),
        command('menu.print', 'print', 'CmdOrCtrl+P'),
        line,
        command('menu.settings', 'settings'),
        command('menu.lock', 'lock', 'CmdOrCtrl+L'),
        line,
        { label: text('menu.quit'), accelerator: quitKey, click: deps.onQuit },
      ],
    },
    {
      label: text('menu.edit'),
      submenu: [
        role('menu.undo', 'undo'),
        role('menu.redo', 'redo'),
        line,
        role('menu.cut', 'cut'),
        role('menu.copy', 'copy'),
        role('menu.paste', 'paste'),
        role('menu.selectAll', 'selectAll'),
        line,
        command('menu.search', 'search', 'CmdOrCtrl+K'),
      ],
    },
    {
      label: text('menu.view'),
      submenu: [
        command('menu.today', 'today'),
        command('menu.sync', 'sync'),
        line,
        zoom('menu.zoomIn', 1, 'CmdOrCtrl+Plus'),
        // The same key without Shift.
        zoom('menu.zoomIn', 1, 'CmdOrCtrl+=', true),
        zoom('menu.zoomOut', -1, 'CmdOrCtrl+-'),
        zoom('menu.zoomReset', 0, 'CmdOrCtrl+0'),
        line,
        role('menu.fullScreen', 'togglefullscreen'),
        ...(deps.developer ? [{ role: 'toggleDevTools' } satisfies Item] : []),
      ],
    },
    { label: text('menu.help'), role: 'help', submenu: [command('menu.openHelp', 'help', 'F1')] },
  ];
}
