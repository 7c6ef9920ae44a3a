import { type ReactNode, useState } from 'react';
import IconDeviceUsb from '@tabler/icons-react/dist/esm/icons/IconDeviceUsb.mjs';
import type { Failure } from '#shared/kernel/result.ts';
import type { SyncStatus } from '#shared/sync/contract.ts';
import { isShutOut } from '#shared/sync/shut-out.ts';
import type { StickArrival, StickState } from '#shared/sync/stick-contract.ts';
import { useCall } from '#renderer/app/api.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { Note } from '#renderer/ui/sheet.tsx';
import { CardHead } from './card-head.tsx';
import { ChooseFolder } from './choose-folder.tsx';
import { useLastStick } from './last-stick.ts';
import { nextRoad, standingTone, stickFailure } from './next-road.ts';
import { NoStick } from './no-stick.tsx';
import { spaced, StickArrivalNote } from './stick-arrival.tsx';
import { type StickSentence, stickSentences } from './stick-words.ts';
import { useTake } from './use-take.ts';
import { WriteDialog } from './write-dialog.tsx';

/** The road by stick: what lies on one for this laptop, and the two ways. Before a hub is known: the request to it. */
export function StickPanel({ status }: { status: SyncStatus }) {
  const { value } = useCall('stick.state', {});
  if (value === undefined) return null;
  return (
    <section className="sheet sync-card">
      {status.enrolled === null ? <Join state={value} /> : <Carry status={status} state={value} />}
    </section>
  );
}

function Carry({ status, state }: { status: SyncStatus; state: StickState }) {
  const { t } = useTranslation('stick');
  const { t: tFiles } = useTranslation('files');
  const format = useFormat();
  const last = useLastStick();
  const [isWriting, setIsWriting] = useState(false);
  const take = useTake();
  const arrivals = state.arrivals.filter(({ what }) => what === 'parcels');
  const [place] = state.places;
  // That there was nothing is no longer so where something lies there now.
  const isOutdated = arrivals.length > 0 && take.failure?.code === 'stick/nothing';
  const failure = stickFailure(status, isOutdated ? null : take.failure);
  const isTaking = take.isBusy || state.task?.doing === 'take';
  const isHubShut = status.problem !== null && isShutOut(status.problem);
  const isUnfit = status.problem?.code === 'sync/protocol';
  // What nobody would take is not written: from a laptop that is shut out the neighbours take nothing either.
  const readers = isHubShut ? [] : state.readers.filter(({ id }) => !isUnfit || id !== 'hub');
  const lastSaid = ({ act, at }: NonNullable<typeof last>): string => {
    const when = format.recent(at);
    return act === null ? tFiles('traffic.lastStick', { when }) : t(`last.${act}`, { when });
  };
  const sentence = (said: StickSentence): string =>
    t(`text.${said.key}`, {
      number: 'number' in said ? format.number(said.number) : '',
      laptop: 'laptop' in said ? said.laptop : '',
    });
  return (
    <>
      <CardHead
        icon={IconDeviceUsb}
        title={t('title')}
        text={[...stickSentences(status).map(sentence), ...(last === null ? [] : [lastSaid(last)])].join(' ')}
      />
      <div className="col g3">
        {arrivals.map((arrival) => (
          <StickArrivalNote key={arrival.place} arrival={arrival} state={state}>
            <Button variant="filled" busy={isTaking && t('taking')} onClick={() => void take.run(arrival.place)}>
              {t('take')}
            </Button>
          </StickArrivalNote>
        ))}
        <FailureNote failure={failure} tone={failure === status.problem ? standingTone(status) : 'brick'} />
        <div className="row g3 wrap">
          {readers.length > 0 && (
            <Button
              variant={nextRoad(status) === 'stick' && arrivals.length === 0 ? 'filled' : 'outline'}
              onClick={() => setIsWriting(true)}
            >
              {t('write')}
            </Button>
          )}
          {arrivals.length === 0 && place !== undefined && (
            <Button variant="default" busy={isTaking && t('taking')} onClick={() => void take.all(state.places)}>
              {t('take')}
            </Button>
          )}
          {place === undefined && <span className="sm mut">{t('noStick')}</span>}
        </div>
      </div>
      {isWriting && <WriteDialog state={{ ...state, readers }} onClose={() => setIsWriting(false)} />}
    </>
  );
}

function Join({ state }: { state: StickState }) {
  const { t } = useTranslation('stick');
  const format = useFormat();
  const notify = useNotify();
  const request = useCommand('stick.request');
  const accept = useCommand('stick.accept');
  const enrol = useCommand('stick.enrol');
  const [isTried, setIsTried] = useState(false);
  const { requested, arrivals, places } = state;
  const failure: Failure | null = request.failure ?? accept.failure ?? enrol.failure;
  const [arrival] = arrivals;
  const target = arrival?.place ?? places[0]?.id;
  const write = async (): Promise<void> => {
    setIsTried(true);
    if (target === undefined) return;
    const result = await request.run({ place: target });
    if (result.ok) notify({ text: 'stick:requestDone' });
  };
  /** The step an arrival offers; a request, the step of an invitation without a line, stands below. */
  const buttonFor = (arrival: StickArrival): ReactNode => {
    const { place } = arrival;
    if (arrival.what === 'answer') {
      return (
        <Button
          variant="filled"
          busy={accept.isBusy && t('joining')}
          onClick={() =>
            void accept.run({ place, confirmed: true }).then((result) => {
              if (result.ok) notify({ text: 'stick:joined', values: { name: result.value.hubName } });
            })
          }
        >
          {t(arrival.digits === null ? 'accept' : 'acceptDigits')}
        </Button>
      );
    }
    if (arrival.what !== 'invitation' || !arrival.isOnline) return null;
    return (
      <Button variant="filled" busy={enrol.isBusy && t('joining')} onClick={() => void enrol.run({ place })}>
        {t('enrolOnline')}
      </Button>
    );
  };
  return (
    <>
      <CardHead icon={IconDeviceUsb} title={t('join.title')} text={t('join.text')} />
      <div className="col g3">
        {arrivals.map((each) => (
          <StickArrivalNote key={`${each.place} ${each.what}`} arrival={each} state={state}>
            {buttonFor(each)}
          </StickArrivalNote>
        ))}
        {requested !== null && arrival?.what !== 'answer' && (
          <Note tone="ochre">
            <p className="b">{t('requested', { when: format.recent(requested.writtenAt) })}</p>
            <p className="sm">{t('requestedText', { digits: spaced(requested.digits) })}</p>
          </Note>
        )}
        <FailureNote failure={failure} />
        <div className="row g3 wrap">
          {arrival?.what !== 'answer' && (
            <Button
              variant={arrival?.what === 'invitation' && !arrival.isOnline && requested === null ? 'filled' : 'outline'}
              busy={request.isBusy && t('writing')}
              onClick={() => void write()}
            >
              {t('request')}
            </Button>
          )}
          {target === undefined && <NoStick isMissing={isTried} />}
          <ChooseFolder />
        </div>
      </div>
    </>
  );
}
