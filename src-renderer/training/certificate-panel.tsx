import IconCertificate from '@tabler/icons-react/dist/esm/icons/IconCertificate.mjs';
import IconPrinter from '@tabler/icons-react/dist/esm/icons/IconPrinter.mjs';
import { useState } from 'react';
import { isLocale, type Locale, localeFacts, pickContentLocale } from '#shared/i18n/locales.ts';
import { certificateNumber } from '#shared/training/certificate-number.ts';
import type { AttemptView } from '#shared/training/contract.ts';
import type { Course } from '#shared/training/course.ts';
import { useSession } from '#renderer/app/profile.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureLine } from '#renderer/ui/failure-note.tsx';
import { SelectField } from '#renderer/ui/fields.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';

/** The certificate of a passed attempt: its number, its language, saved as PDF or printed. */
export function CertificatePanel({
  course,
  attempt,
  isFilled,
}: {
  course: Course;
  attempt: AttemptView;
  isFilled: boolean;
}) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const session = useSession();
  const notify = useNotify();
  const languages = course.locales.filter(isLocale);
  const [locale, setLocale] = useState<Locale>(() => pickContentLocale(format.locale, languages) ?? format.locale);
  const save = useCommand('shell.printToPdf');
  const print = useCommand('shell.print');
  const number = certificateNumber(attempt.id, session.country, Number(format.dayOf(attempt.finishedAt).slice(0, 4)));
  const target = {
    route: `/print/certificate/${attempt.id}?course=${encodeURIComponent(course.id)}&locale=${locale}`,
    landscape: true,
    fileName: `${t('certificate.fileName')} ${number}`,
  };
  const failure = save.failure ?? print.failure;
  const onSave = async () => {
    const saved = await save.run(target);
    if (saved.ok) notify({ text: 'training:certificate.saved', values: { file: saved.value.fileName } });
  };
  return (
    <section className="sheet" aria-labelledby="training-certificate">
      <div className="hd">
        <h3 className="grow" id="training-certificate">
          {t('certificate.title')}
        </h3>
      </div>
      <div className="bd col g3">
        <p className="sm">
          <span className="b num nw">№ {number}</span>
          <br />
          <span className="mut">{t('certificate.about')}</span>
        </p>
        <SelectField
          label={t('certificate.language')}
          value={locale}
          onChange={(value) => isLocale(value) && setLocale(value)}
          options={languages.map((code) => ({ value: code, label: localeFacts[code].ownName }))}
        />
        <div className="col g2">
          <Button
            wide
            variant={isFilled ? 'filled' : 'outline'}
            icon={IconCertificate}
            busy={save.isBusy && t('certificate.saving')}
            onClick={() => void onSave()}
          >
            {t('certificate.save')}
          </Button>
          <Button
            wide
            variant="default"
            icon={IconPrinter}
            disabled={print.isBusy}
            onClick={() => void print.run(target)}
          >
            {t('certificate.print')}
          </Button>
        </div>
        <FailureLine failure={failure?.code === 'shell/cancelled' ? null : failure} />
      </div>
    </section>
  );
}
