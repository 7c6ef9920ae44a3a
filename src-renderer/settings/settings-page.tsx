import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { localeFacts, localesAsListed } from '#shared/i18n/locales.ts';
import { useCall } from '#renderer/app/api.ts';
import { useProfile } from '#renderer/app/profile.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useViewSetting } from '#renderer/app/view-setting.ts';
import { Button } from '#renderer/ui/button.tsx';
import { useConfirm } from '#renderer/ui/dialog.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { ChoiceField, SelectField } from '#renderer/ui/fields.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Note, Sheet } from '#renderer/ui/sheet.tsx';
import { Mark, Weave } from '#renderer/ui/weave.tsx';
import { CopySheet } from '../copies/copy-sheet.tsx';
import { CodeSheet } from './code-sheet.tsx';
import { LineSheet } from './line-sheet.tsx';
import { LabelSheet } from './label-sheet.tsx';
import { PeopleSheet } from './people-sheet.tsx';
import { PinSheet } from './pin-sheet.tsx';
import './settings.css';

/** The person and the laptop: how one is shown, PIN, recovery code, who works here, language, text size, auto-lock, about. */
export function SettingsPage() {
  const { t } = useTranslation('settings');
  const { state } = useProfile();
  return (
    <Page>
      <PageTitle title={t('title')} />
      <div className="settings-columns">
        <div className="col g4">
          {state.sample ? (
            <SampleSheet />
          ) : (
            <>
              {state.session?.recoveryConfirmed === false && (
                <Note tone="ochre">
                  <b>{t('code.notConfirmedTitle')}</b>
                  <p className="sm">{t('code.notConfirmedText')}</p>
                </Note>
              )}
              <LabelSheet />
              <PinSheet />
              <CodeSheet />
              <CopySheet />
              <PeopleSheet />
            </>
          )}
        </div>
        <div className="col g4">
          <ScreenSheet />
          {!state.sample && <LineSheet />}
          <About />
        </div>
      </div>
    </Page>
  );
}

const lockAfter = [1, 3, 5, 10, 15, 30, 60];

function ScreenSheet() {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const { state, setLocale } = useProfile();
  const setAutoLock = useCommand('access.setAutoLock');
  const setScale = useCommand('shell.setScale');
  const notify = useNotify();
  const [size, setSize] = useViewSetting<'normal' | 'large'>('text-size', 'normal');
  const minutes = lockAfter.includes(state.autoLockMinutes)
    ? lockAfter
    : [...lockAfter, state.autoLockMinutes].toSorted((a, b) => a - b);
  return (
    <Sheet title={t('screen.title')} pad>
      <div className="col g4">
        <SelectField
          label={t('screen.language')}
          value={format.locale}
          onChange={(value) => {
            const locale = localesAsListed.find((code) => code === value);
            if (locale !== undefined) void setLocale(locale);
          }}
          options={localesAsListed.map((code) => ({ value: code, label: localeFacts[code].ownName }))}
        />
        <ChoiceField
          legend={t('screen.size')}
          name="size"
          value={size}
          columns={4}
          onChange={(next) => {
            setSize(next);
            void setScale.run({ factor: next === 'large' ? 1.125 : 1 });
          }}
          options={[
            { value: 'normal', label: t('screen.normal') },
            { value: 'large', label: t('screen.large') },
          ]}
        />
        <SelectField
          label={t('screen.autoLock')}
          hint={t('screen.autoLockHint')}
          value={String(state.autoLockMinutes)}
          onChange={(value) =>
            void setAutoLock.run({ minutes: Number(value) }).then((result) => {
              if (result.ok)
                notify({ text: 'settings:screen.autoLockDone', values: { time: { minutes: Number(value) } } });
            })
          }
          options={minutes.map((value) => ({ value: String(value), label: format.duration(value) }))}
        />
        <FailureNote failure={setAutoLock.failure ?? setScale.failure} />
      </div>
    </Sheet>
  );
}

function SampleSheet() {
  const { t } = useTranslation('settings');
  const end = useCommand('access.endSample');
  const { refresh } = useProfile();
  const { t: tApp } = useTranslation('app');
  const [ask, dialog] = useConfirm();
  const leave = async () => {
    const isSure = await ask({
      title: tApp('sample.end.title'),
      text: tApp('sample.end.text'),
      confirm: tApp('sample.end.confirm'),
      cancel: tApp('sample.end.cancel'),
    });
    if (isSure && (await end.run({})).ok) await refresh();
  };
  return (
    <Sheet title={t('sample.title')} pad>
      <p style={{ marginBottom: 12 }}>{t('sample.text')}</p>
      <FailureNote failure={end.failure} />
      <Button onClick={() => void leave()}>{tApp('sample.end.confirm')}</Button>
      {dialog}
    </Sheet>
  );
}

function About() {
  const { t } = useTranslation('settings');
  const { value } = useCall('shell.about', {});
  return (
    <Sheet title={t('about.title')}>
      <div className="row g3" style={{ padding: '16px 20px 12px' }}>
        <Mark size={44} />
        <div>
          <p className="b">Komissiya {value?.version}</p>
          <p className="sm mut">{t('about.text')}</p>
        </div>
      </div>
      <Weave />
      {value !== undefined && (
        <dl className="facts" style={{ padding: '8px 20px 12px' }}>
          <dt>{t('about.laptop')}</dt>
          <dd>{value.laptop}</dd>
          <dt>Electron</dt>
          <dd className="num">{value.electron}</dd>
          <dt>{t('about.licence')}</dt>
          <dd>Apache-2.0; Noto Sans: OFL 1.1</dd>
        </dl>
      )}
      {value?.unofficialRuntime === true && (
        <div style={{ padding: '0 20px 16px' }}>
          <Note tone="ochre">{t('about.unofficial')}</Note>
        </div>
      )}
    </Sheet>
  );
}
