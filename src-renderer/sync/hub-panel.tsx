import { useRef, useState } from 'react';
import IconFile from '@tabler/icons-react/dist/esm/icons/IconFileText.mjs';
import IconServer2 from '@tabler/icons-react/dist/esm/icons/IconServer2.mjs';
import { parseInvitationFile, parseInvitationLink } from '#shared/sync/invitation-file.ts';
import type { SyncStatus } from '#shared/sync/contract.ts';
import { isShutOut } from '#shared/sync/shut-out.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { TextField } from '#renderer/ui/fields.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { FilesTraffic } from '../files/files-traffic.tsx';
import { Note } from '#renderer/ui/sheet.tsx';
import { CardHead } from './card-head.tsx';
import { hubFailure, nextRoad, standingTone } from './next-road.ts';
import { receivedFailure } from './received-failure.ts';

/** The hub: the state of the connection and «check now», and an invitation to enter, also where the hub has shut this laptop out. */
export function HubPanel({ status }: { status: SyncStatus }) {
  return (
    <section className="sheet sync-card">
      {status.enrolled !== null && <Enrolled status={status} hub={status.enrolled} />}
      {(status.enrolled === null || isHubShut(status)) && <Enrol />}
    </section>
  );
}

/** Whether the hub lets this laptop in no more: only an invitation does. */
const isHubShut = ({ problem }: SyncStatus): boolean => problem !== null && isShutOut(problem);

type WholeInvitation = {
  readonly code: string;
  readonly hubKey: string;
  readonly address: string | null;
  readonly hubName: string | null;
};
/** Bytes; an invitation has a few hundred. */
const longestInvitation = 64 * 1024;

function Enrol() {
  const { t } = useTranslation('sync');
  const { t: tInvitation } = useTranslation('invitation');
  const enrol = useCommand('sync.enrol');
  const notify = useNotify();
  const [address, setAddress] = useState('');
  const [code, setCode] = useState('');
  /** An invitation that came whole, as a file or a link; what is typed afterwards takes its place. */
  const [whole, setWhole] = useState<WholeInvitation | null>(null);
  const [isUnread, setIsUnread] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const [isTried, setIsTried] = useState(false);
  const errors = {
    address: address.trim() === '' ? t('enrol.addressMissing') : undefined,
    code: code.trim() === '' ? t('enrol.codeMissing') : undefined,
  };
  const isReady = Object.values(errors).every((error) => error === undefined);
  function take(invitation: WholeInvitation | Omit<WholeInvitation, 'hubName'>): void {
    setIsUnread(false);
    setWhole({ hubName: null, ...invitation });
    setCode(invitation.code.replace(/(\d{4})(?=\d)/g, '$1 '));
    if (invitation.address !== null) setAddress(invitation.address);
  }
  async function readFile(file: File): Promise<void> {
    const text = file.size > longestInvitation ? '' : await file.text().catch(() => '');
    const invitation = parseInvitationFile(text);
    setIsUnread(invitation === null);
    if (invitation !== null) take(invitation);
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setIsTried(true);
        if (!isReady) return;
        const hubKey = whole === null ? {} : { hubKey: whole.hubKey };
        void enrol.run({ address: address.trim(), code: code.trim(), ...hubKey }).then((result) => {
          if (result.ok) notify({ text: 'sync:enrol.done' });
        });
      }}
    >
      <CardHead icon={IconServer2} title={t('enrol.title')} text={t('enrol.text')} />
      <div className="col g3">
        <TextField
          label={t('enrol.address')}
          hint={t('enrol.addressHint')}
          error={isTried ? errors.address : undefined}
          value={address}
          maxLength={300}
          inputMode="url"
          onChange={setAddress}
        />
        <TextField
          label={t('enrol.code')}
          hint={`${t('enrol.codeHint')}. ${tInvitation('hint')}`}
          error={isTried ? errors.code : undefined}
          value={code}
          maxLength={1200}
          onChange={(typed) => {
            const link = parseInvitationLink(typed);
            if (link === null) {
              setWhole(null);
              setCode(typed);
            } else take(link);
          }}
        />
        {whole !== null && (
          <Note>
            <p className="b">
              {whole.hubName === null ? tInvitation('read') : tInvitation('readOf', { hub: whole.hubName })}
            </p>
            <p className="sm">{tInvitation(whole.address === null ? 'noAddress' : 'wholeKey')}</p>
          </Note>
        )}
        {isUnread && <FailureNote failure={{ code: 'sync/bad-invitation-file' }} />}
        <FailureNote failure={enrol.failure} />
        <div className="row g3 wrap">
          <Button type="submit" variant={isReady ? 'filled' : 'outline'} busy={enrol.isBusy && t('enrol.busy')}>
            {t('enrol.send')}
          </Button>
          <input
            ref={input}
            type="file"
            accept=".json"
            className="vh"
            tabIndex={-1}
            aria-hidden="true"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              event.currentTarget.value = '';
              if (file !== undefined) void readFile(file);
            }}
          />
          <Button variant="default" icon={IconFile} onClick={() => input.current?.click()}>
            {tInvitation('choose')}
          </Button>
        </div>
      </div>
    </form>
  );
}

function Enrolled({ status, hub }: { status: SyncStatus; hub: NonNullable<SyncStatus['enrolled']> }) {
  const { t } = useTranslation('sync');
  const format = useFormat();
  const { t: tStick } = useTranslation('stick');
  const now = useCommand('sync.now');
  const notify = useNotify();
  const tried = status.lastTryAt === null ? '' : t('hub.lastTry', { when: format.recent(status.lastTryAt) });
  const isShut = isHubShut(status);
  const failure = receivedFailure(hubFailure(status, now.failure));
  const nextTime = status.nextTryAt === null ? null : format.time(status.nextTryAt);
  const isAtOnce = status.lastTryAt !== null && nextTime === format.time(status.lastTryAt);
  // Of the same minute it would read like an error, and it is over before it is read.
  const next = nextTime === null || isAtOnce ? '' : t('hub.nextTry', { when: nextTime });
  return (
    <>
      <CardHead
        icon={IconServer2}
        title={
          hub.address === null ? tStick('reader.hub', { name: hub.hubName }) : t('hub.title', { name: hub.hubName })
        }
        text={hub.address === null ? tStick('onlyStick') : [tried, next].filter((part) => part !== '').join(' ')}
      />
      <dl className="facts" style={{ marginBottom: 12 }}>
        {hub.address !== null && (
          <>
            <dt>{t('hub.address')}</dt>
            <dd>{hub.address}</dd>
          </>
        )}
        <dt>{t('hub.since')}</dt>
        <dd className="num">{format.date(format.dayOf(hub.since))}</dd>
        {!isShut && (
          <>
            <dt>{t('hub.until')}</dt>
            <dd className="num">{format.date(format.dayOf(hub.validUntil))}</dd>
          </>
        )}
      </dl>
      {failure !== null && (
        <div style={{ marginBottom: 12 }}>
          <FailureNote failure={failure} tone={standingTone(status)} />
        </div>
      )}
      {hub.address !== null && <FilesTraffic />}
      {hub.address !== null && (
        <Button
          variant={nextRoad(status) === 'hub' ? 'filled' : 'outline'}
          busy={(now.isBusy || status.state === 'syncing') && t('hub.checking')}
          onClick={() =>
            void now.run({}).then((result) => {
              if (!result.ok) return;
              const { sent, received } = result.value;
              notify({ text: 'sync:hub.done', values: { sent, received } });
            })
          }
        >
          {t('hub.check')}
        </Button>
      )}
    </>
  );
}
