import type { ReactNode } from 'react';
import IconCheck from '@tabler/icons-react/dist/esm/icons/IconCheck.mjs';
import IconChevronDown from '@tabler/icons-react/dist/esm/icons/IconChevronDown.mjs';
import IconDeviceLaptop from '@tabler/icons-react/dist/esm/icons/IconDeviceLaptop.mjs';
import { localeFacts, localesAsListed } from '#shared/i18n/locales.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useProfile } from '#renderer/app/profile.ts';
import { Icon } from '#renderer/ui/icon.tsx';
import { Mark, Weave } from '#renderer/ui/weave.tsx';
import './access.css';

/** The ink side of sign-in and first run: mark, weave, then what the page puts there. */
export function GateSide({ children }: { children: ReactNode }) {
  return (
    <aside className="gate-side on-ink">
      <div className="name row g3">
        <Mark size={44} on="ink" />
        <span>Komissiya</span>
      </div>
      <Weave height={14} />
      <div className="lattice" aria-hidden="true" />
      {children}
    </aside>
  );
}

/** Every language by its own name, always in sight. */
export function GateLanguages() {
  const { t } = useTranslation('access');
  const { locale } = useFormat();
  const { setLocale } = useProfile();
  return (
    <ul className="gate-languages" aria-label={t('language.label')}>
      {localesAsListed.map((code) => (
        <li key={code}>
          <button
            type="button"
            lang={localeFacts[code].htmlLang}
            aria-pressed={code === locale}
            onClick={() => void setLocale(code)}
          >
            <span className="grow">{localeFacts[code].ownName}</span>
            {code === locale && <Icon of={IconCheck} />}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The languages as a field, for windows too narrow for the side. */
export function NarrowLanguages() {
  const { t } = useTranslation('access');
  const { locale } = useFormat();
  const { setLocale } = useProfile();
  return (
    <div className="gate-narrow field" style={{ width: 200, marginBottom: 16 }}>
      <select
        aria-label={t('language.label')}
        value={locale}
        onChange={(event) => {
          const code = localesAsListed.find((candidate) => candidate === event.currentTarget.value);
          if (code !== undefined) void setLocale(code);
        }}
      >
        {localesAsListed.map((code) => (
          <option key={code} value={code} lang={localeFacts[code].htmlLang}>
            {localeFacts[code].ownName}
          </option>
        ))}
      </select>
      <Icon of={IconChevronDown} size={16} />
    </div>
  );
}

/** «Ноутбук: …» at the foot of the side. */
export function LaptopName({ name }: { name: string | null }) {
  const { t } = useTranslation('access');
  return (
    <div className="lower row g2">
      {name !== null && (
        <>
          <Icon of={IconDeviceLaptop} />
          {t('laptop', { name })}
        </>
      )}
    </div>
  );
}
