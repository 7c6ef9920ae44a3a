import { useNavigate } from '@tanstack/react-router';
import IconChevronDown from '@tabler/icons-react/dist/esm/icons/IconChevronDown.mjs';
import IconLanguage from '@tabler/icons-react/dist/esm/icons/IconLanguage.mjs';
import IconLock from '@tabler/icons-react/dist/esm/icons/IconLock.mjs';
import IconLogout from '@tabler/icons-react/dist/esm/icons/IconLogout.mjs';
import IconSettings from '@tabler/icons-react/dist/esm/icons/IconSettings.mjs';
import { localeFacts, localesAsListed } from '#shared/i18n/locales.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { StickNotice } from '#renderer/sync/stick-notice.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { MenuButton } from '#renderer/ui/menu.tsx';
import { useConfirm } from '#renderer/ui/dialog.tsx';
import { NoticePlace } from '#renderer/ui/notification.tsx';
import { initialsOf } from '../initials.ts';
import { useProfile, useSession } from '../profile.ts';
import { useCommand } from '../use-command.ts';
import { SearchBox } from './search-box.tsx';
import { SyncBadge } from './sync-badge.tsx';

/** Search, what was just done, sample mark, sync badge, language, person. */
export function Header({ focusTurn }: { focusTurn: number }) {
  const { t } = useTranslation('app');
  const { state } = useProfile();
  return (
    <header className="head" data-region tabIndex={-1}>
      <SearchBox focusTurn={focusTurn} />
      <NoticePlace>
        <StickNotice />
      </NoticePlace>
      {state.sample && <span className="sample">{t('sample.mark')}</span>}
      <SyncBadge />
      <LanguageMenu />
      <PersonMenu />
    </header>
  );
}

function LanguageMenu() {
  const { t } = useTranslation('app');
  const { locale } = useFormat();
  const { setLocale } = useProfile();
  return (
    <MenuButton
      className="hb"
      label={`${t('language.label')}: ${localeFacts[locale].ownName}`}
      entries={localesAsListed.map((code) => ({
        key: code,
        label: localeFacts[code].ownName,
        lang: localeFacts[code].htmlLang,
        isChosen: code === locale,
        onPick: () => void setLocale(code),
      }))}
    >
      <Icon of={IconLanguage} />
      <span className="language">{localeFacts[locale].ownName}</span>
    </MenuButton>
  );
}

function PersonMenu() {
  const { t } = useTranslation('app');
  const { state } = useProfile();
  const session = useSession();
  const navigate = useNavigate();
  const lock = useCommand('access.lock');
  const endSample = useCommand('access.endSample');
  const [ask, dialog] = useConfirm();
  const leaveSample = async () => {
    const isSure = await ask({
      title: t('sample.end.title'),
      text: t('sample.end.text'),
      confirm: t('sample.end.confirm'),
      cancel: t('sample.end.cancel'),
    });
    if (isSure) await endSample.run({});
  };
  return (
    <>
      <MenuButton
        className="hb person"
        label={`${t('person.label')}: ${session.name}`}
        entries={[
          { key: 'lock', label: t('person.lock'), icon: IconLock, keys: 'Ctrl L', onPick: () => void lock.run({}) },
          {
            key: 'settings',
            label: t('person.settings'),
            icon: IconSettings,
            onPick: () => void navigate({ to: '/settings' }),
          },
          ...(state.sample
            ? [
                {
                  key: 'sample',
                  label: t('sample.end.confirm'),
                  icon: IconLogout,
                  apart: true,
                  onPick: () => void leaveSample(),
                },
              ]
            : []),
        ]}
      >
        <span className="initials" aria-hidden="true">
          {initialsOf(session.name)}
        </span>
        <span className="name" data-gives-way>
          <span />
          <span>{session.name}</span>
        </span>
        <Icon of={IconChevronDown} size={16} />
      </MenuButton>
      {dialog}
    </>
  );
}
