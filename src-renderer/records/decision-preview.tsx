import { useState } from 'react';
import IconArrowLeft from '@tabler/icons-react/dist/esm/icons/IconArrowLeft.mjs';
import IconDownload from '@tabler/icons-react/dist/esm/icons/IconDownload.mjs';
import IconPrinter from '@tabler/icons-react/dist/esm/icons/IconPrinter.mjs';
import { type Locale, localeFacts } from '#shared/i18n/locales.ts';
import type { RecordView } from '#shared/records/contract.ts';
import { completeLanguages } from '#shared/records/decision-rules.ts';
import { useShortcut } from '#renderer/app/shortcuts.ts';
import { useCommand } from '#renderer/app/use-command.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { FailureNote } from '#renderer/ui/failure-note.tsx';
import { CheckField } from '#renderer/ui/fields.tsx';
import { FootBar } from '#renderer/ui/foot-bar.tsx';
import { useNotify } from '#renderer/ui/notification.tsx';
import { PageTitle } from '#renderer/ui/page-title.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { DecisionPaper, paperFoot } from './decision-paper.tsx';
import { usePaperFacts } from './paper-facts.ts';
import { usePaperWords } from './paper-words.ts';
import { decisionLocales } from './decision-words.ts';
import { textOf } from './record-values.ts';
import { useEscape } from './use-escape.ts';

const mostLanguages = 2;

/** The decision as it will be printed, with the choice of one or two languages. */
export function DecisionPreview({ decision, onBack }: { decision: RecordView; onBack: () => void }) {
  const { t } = useTranslation('records');
  const notify = useNotify();
  const toPdf = useCommand('shell.printToPdf');
  const print = useCommand('shell.print');
  const complete = completeLanguages(decision.values);
  const offered = complete.length > 0 ? complete : decisionLocales(decision);
  const [chosen, setChosen] = useState<readonly Locale[]>(() => offered.slice(0, mostLanguages));
  const facts = usePaperFacts(decision.id);
  const words = usePaperWords(chosen);
  const number = textOf(decision, 'number');
  const target = () => ({
    route: `/print/decision/${decision.id}?locales=${chosen.join(',')}`,
    landscape: false,
    fileName: number === '' ? t('form.titleNoNumber') : t('preview.fileName', { number }),
  });
  useEscape(onBack);
  useShortcut('print', () => void save());

  async function save() {
    print.clear();
    const result = await toPdf.run(target());
    if (result.ok) notify({ text: 'records:preview.saved', values: { name: result.value.fileName } });
  }
  async function toPrinter() {
    toPdf.clear();
    await print.run(target());
  }
  const failure = toPdf.failure ?? print.failure;
  const isBusy = toPdf.isBusy || print.isBusy;
  return (
    <Page
      foot={
        <FootBar left={<span className="mut">{t('preview.foot')}</span>}>
          <Button variant="default" icon={IconArrowLeft} onClick={onBack}>
            {t('preview.back')}
          </Button>
          <Button icon={IconPrinter} disabled={isBusy || chosen.length === 0} onClick={() => void toPrinter()}>
            {t('preview.print')}
          </Button>
          <Button
            variant="filled"
            icon={IconDownload}
            disabled={isBusy || chosen.length === 0}
            busy={toPdf.isBusy && t('preview.saving')}
            onClick={() => void save()}
          >
            {t('preview.pdf')}
          </Button>
        </FootBar>
      }
    >
      <PageTitle
        title={t('preview.title')}
        crumb={<span>{number === '' ? t('form.titleNoNumber') : t('form.title', { number })}</span>}
      />
      {failure?.code !== 'shell/cancelled' && <FailureNote failure={failure} />}
      <fieldset className="decision-choice">
        <legend className="sm mut">{t('preview.languages')}</legend>
        {offered.map((locale) => (
          <CheckField
            key={locale}
            checked={chosen.includes(locale)}
            disabled={!chosen.includes(locale) && chosen.length >= mostLanguages}
            onChange={(isOn) => setChosen(isOn ? [...chosen, locale] : chosen.filter((other) => other !== locale))}
          >
            <span lang={localeFacts[locale].htmlLang}>{localeFacts[locale].ownName}</span>
          </CheckField>
        ))}
      </fieldset>
      <div className="decision-sheets">
        {facts !== null &&
          words !== null &&
          chosen.map((locale) => {
            const say = words.get(locale);
            if (say === undefined) return null;
            const foot = paperFoot(facts, locale, say);
            return (
              <div className="decision-sheet" key={locale}>
                <DecisionPaper facts={facts} locale={locale} t={say} />
                <footer lang={localeFacts[locale].htmlLang}>
                  {[foot.left, foot.middle, foot.right.filter((line) => !line.includes('{page}'))].map(
                    (lines, index) => (
                      <div key={index}>
                        {lines.map((line) => (
                          <p key={line}>{line}</p>
                        ))}
                      </div>
                    ),
                  )}
                </footer>
              </div>
            );
          })}
      </div>
    </Page>
  );
}
