import { Outlet, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { keepers } from '#shared/access/roles.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useCall } from '../api.ts';
import { call, subscribe } from '../bridge.ts';
import { useAutoLock } from '../auto-lock.ts';
import { useProfile } from '../profile.ts';
import { sendShortcut, shortcutOf } from '../shortcuts.ts';
import { Header } from './header.tsx';
import { Navigation } from './navigation.tsx';
import { lowerSections, sections } from './sections.ts';
import './frame.css';

/** Navigation, header, page. Owns the keys that work everywhere. */
export function Frame() {
  const { t } = useTranslation('app');
  const { state } = useProfile();
  const [focusTurn, setFocusTurn] = useState(0);
  const navigate = useNavigate();
  useAutoLock(state.autoLockMinutes);
  useEffect(() => {
    const act = (command: string) => {
      if (command === 'lock') void call('access.lock', {});
      else if (command === 'search') setFocusTurn((turn) => turn + 1);
      else if (command === 'new' || command === 'save' || command === 'print') sendShortcut(command);
      else if (command === 'help' || command === 'settings' || command === 'sync' || command === 'today')
        void navigate({ to: `/${command}` });
    };
    const press = (event: KeyboardEvent) => {
      const held = event.ctrlKey || event.metaKey;
      const shortcut = shortcutOf(event);
      const section = [...sections, ...lowerSections][
        Number(/^(?:Digit|Numpad)([1-8])$/.exec(event.code)?.[1] ?? 0) - 1
      ];
      if (shortcut !== null) {
        if (!sendShortcut(shortcut) && shortcut === 'filter') setFocusTurn((turn) => turn + 1);
      } else if (held && !event.shiftKey && event.code === 'KeyK') act('search');
      else if (held && !event.shiftKey && event.code === 'KeyL') act('lock');
      else if (event.code === 'F1') act('help');
      else if (event.code === 'F6') nextRegion(event.shiftKey ? -1 : 1);
      else if (event.altKey && !held && section !== undefined) void navigate({ to: section.to });
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    const stop = subscribe((event) => {
      if (event.event === 'menu') act(event.command);
    });
    return () => {
      window.removeEventListener('keydown', press);
      stop();
    };
  }, [navigate]);
  return (
    <div className="frame">
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          // The address is the route; the link only moves the focus.
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        {t('nav.skip')}
      </a>
      <Navigation counts={useCounts()} />
      <Header focusTurn={focusTurn} />
      <Outlet />
    </div>
  );
}

/** Figures in the navigation stand only where a person must act. */
function useCounts(): { settings?: number; records?: number } {
  const { session } = useProfile().state;
  // Who may not decide is not called to it.
  const desk = useCall('desk.count', {}, { enabled: session !== null && keepers.includes(session.role) });
  return {
    ...(session?.recoveryConfirmed === false && { settings: 1 }),
    ...(desk.value !== undefined && { records: desk.value.count }),
  };
}

/** F6: the focus goes to the next of navigation, header, page, foot. */
function nextRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')];
  const now = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[(now + step + regions.length) % regions.length];
  if (next === undefined) return;
  const inside =
    next.querySelector<HTMLElement>('.it.on') ??
    next.querySelector<HTMLElement>('h1[tabindex], a[href], button:not(:disabled), input:not(:disabled)');
  (inside ?? next).focus();
}
