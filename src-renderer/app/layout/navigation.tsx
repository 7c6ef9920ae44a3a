import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import IconMenu2 from '@tabler/icons-react/dist/esm/icons/IconMenu2.mjs';
import { pickContentLocale } from '#shared/i18n/locales.ts';
import type { Locale } from '#shared/i18n/locales.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Dialog } from '#renderer/ui/dialog.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { Mark, Weave } from '#renderer/ui/weave.tsx';
import { useProfile } from '../profile.ts';
import { lowerSections, type Section, sections } from './sections.ts';

/** The commission's own name in the window's language, and its country. */
export function useOwnCommission(): { name: string; lang: Locale; country: string | null } | null {
  const { state } = useProfile();
  const { locale, country } = useFormat();
  const names = state.commissionNames;
  if (names === null) return null;
  // Object.keys of a record keyed by locales gives locales.
  const lang = pickContentLocale(locale, Object.keys(names) as Locale[]);
  if (lang === null) return null;
  return { name: names[lang] ?? '', lang, country: state.session?.country ? country(state.session.country) : null };
}

/** The navigation with its words; on a narrow window a rail of icons with a button that opens the words. */
export function Navigation({ counts }: { counts: Readonly<Partial<Record<Section['id'], number>>> }) {
  const { t } = useTranslation('app');
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <nav className="nav" aria-label={t('nav.label')} data-region tabIndex={-1}>
        <Inside counts={counts} onMenu={() => setIsOpen(true)} />
      </nav>
      {isOpen && (
        <Dialog kind="drawer" label={t('nav.label')} onClose={() => setIsOpen(false)}>
          <div
            className="nav"
            onClick={(event) => event.target instanceof Element && event.target.closest('a') && setIsOpen(false)}
          >
            <Inside counts={counts} />
          </div>
        </Dialog>
      )}
    </>
  );
}

function Inside({ counts, onMenu }: { counts: Readonly<Partial<Record<Section['id'], number>>>; onMenu?: () => void }) {
  const { t } = useTranslation('app');
  const own = useOwnCommission();
  const { session } = useProfile().state;
  const item = (section: Section) => {
    const count = counts[section.id] ?? 0;
    return (
      <li key={section.id}>
        <Link
          to={section.to}
          className="it"
          activeProps={{ className: 'it on', 'aria-current': 'page' }}
          title={onMenu && t(`nav.${section.id}`)}
        >
          <Icon of={section.icon} />
          <span className="grow">{t(`nav.${section.id}`)}</span>
          {count > 0 && (
            <span className="n num" aria-label={t('nav.needsYou', { count })}>
              {count}
            </span>
          )}
        </Link>
      </li>
    );
  };
  return (
    <>
      <div className="brand">
        <Mark />
        <span>Komissiya</span>
      </div>
      <Weave />
      <div className="unit">
        {own === null ? (
          <b>{session !== null && t(`role.${session.role}`)}</b>
        ) : (
          <>
            <b lang={own.lang}>{own.name}</b>
            {own.country}
          </>
        )}
      </div>
      <ul>
        {onMenu && (
          <li className="only-narrow">
            <button type="button" className="it" onClick={onMenu} title={t('nav.menu')} aria-label={t('nav.menu')}>
              <Icon of={IconMenu2} />
            </button>
          </li>
        )}
        {sections.filter((section) => section.id !== 'commission' || session?.commission != null).map(item)}
      </ul>
      <div className="foot">
        <ul>{lowerSections.map(item)}</ul>
      </div>
    </>
  );
}
