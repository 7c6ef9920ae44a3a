import IconArrowDown from '@tabler/icons-react/dist/esm/icons/IconArrowDown.mjs';
import IconArrowUp from '@tabler/icons-react/dist/esm/icons/IconArrowUp.mjs';
import IconCheck from '@tabler/icons-react/dist/esm/icons/IconCheck.mjs';
import { useRef } from 'react';
import { type ContentLocale, type OrderQuestion, type Question, textIn } from '#shared/training/course.ts';
import type { Answer } from '#shared/training/grading.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { TextField } from '#renderer/ui/fields.tsx';
import { Icon } from '#renderer/ui/icon.tsx';
import { choose, chosenIn, type Draft, moveOption, placeInOrder } from './answer-draft.ts';
import { htmlLangOf } from './course-texts.ts';

type QuestionProps = {
  question: Question;
  locale: ContentLocale;
  draft: Draft;
  onDraft: (draft: Draft) => void;
  /** The checked answer; null while it may still be changed. */
  answer: Answer | null;
};

/** What is to be chosen, put in order or typed; after checking the same rows say which is right. */
export function QuestionAnswer(props: QuestionProps) {
  const { question } = props;
  if (question.kind === 'number') return <NumberAnswer {...props} question={question} />;
  if (question.kind === 'order')
    return props.answer === null ? (
      <OrderAnswer {...props} question={question} />
    ) : (
      <OrderResult {...props} question={question} answer={props.answer} />
    );
  return <OptionRows {...props} question={question} />;
}

function OptionRows({
  question,
  locale,
  draft,
  onDraft,
  answer,
}: QuestionProps & { question: Extract<Question, { kind: 'single' | 'multiple' }> }) {
  const { t } = useTranslation('training');
  const isSingle = question.kind === 'single';
  const correct: readonly string[] = question.kind === 'single' ? [question.correct] : question.correct;
  const chosen = answer === null ? draft.chosen : chosenIn(answer);
  return (
    <fieldset className="test-options">
      <legend className="vh">{textIn(question.prompt, locale)}</legend>
      {question.options.map((option, index) => {
        const isChosen = chosen.includes(option.id);
        const isRight = correct.includes(option.id);
        const state =
          answer === null ? (isChosen ? 'is-chosen' : '') : isRight ? 'is-right' : isChosen ? 'is-wrong' : 'is-off';
        const verdict =
          answer === null || (!isRight && !isChosen)
            ? null
            : t(isRight ? (isChosen ? 'test.mineRight' : 'test.right') : 'test.mineWrong');
        return (
          <label key={option.id} className={`test-option ${state}`}>
            <input
              type={isSingle ? 'radio' : 'checkbox'}
              name={`answer-${question.id}`}
              checked={isChosen}
              disabled={answer !== null}
              onChange={() => onDraft(choose(question, draft, option.id))}
            />
            <span className={isSingle ? 'test-mark' : 'test-mark square'}>
              {(answer === null ? isChosen && !isSingle : isRight) && <Icon of={IconCheck} size={16} />}
            </span>
            <span className="grow" lang={htmlLangOf(locale)}>
              {textIn(option.text, locale)}
            </span>
            {verdict !== null && <span className={`sm b test-verdict ${isRight ? 'petrol' : 'ochre'}`}>{verdict}</span>}
            {answer === null && (
              <span className="kbd" aria-hidden="true">
                {index + 1}
              </span>
            )}
          </label>
        );
      })}
    </fieldset>
  );
}

function OrderAnswer({ question, locale, draft, onDraft }: QuestionProps & { question: OrderQuestion }) {
  const { t } = useTranslation('training');
  const list = useRef<HTMLOListElement>(null);
  const status = useRef<HTMLParagraphElement>(null);
  const move = (option: string, by: -1 | 1) => {
    const next = moveOption(draft, option, by);
    if (next === draft) return;
    onDraft(next);
    const place = next.chosen.indexOf(option) + 1;
    if (status.current !== null)
      status.current.textContent = t('test.orderMoved', { place, total: next.chosen.length });
    // The row is drawn anew at its new place; the focus goes with it.
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-option="${option}"]`)?.focus());
  };
  return (
    <>
      <p className="sm mut">{t('test.orderHow')}</p>
      <ol className="test-options" ref={list} aria-label={textIn(question.prompt, locale)}>
        {draft.chosen.map((id, index) => {
          const option = question.options.find((candidate) => candidate.id === id);
          const text = option === undefined ? '' : textIn(option.text, locale);
          return (
            <li
              key={id}
              className="test-option order"
              data-option={id}
              tabIndex={0}
              onKeyDown={(event) => {
                const by = event.code === 'ArrowUp' ? -1 : event.code === 'ArrowDown' ? 1 : null;
                if (by === null) return;
                event.preventDefault();
                move(id, by);
              }}
            >
              <span className="test-place num">{index + 1}</span>
              <span className="grow" lang={htmlLangOf(locale)}>
                {text}
              </span>
              <span className="row g2 test-moves">
                <Button variant="default" icon={IconArrowUp} disabled={index === 0} onClick={() => move(id, -1)}>
                  {t('test.up')}
                  <span className="vh">: {text}</span>
                </Button>
                <Button
                  variant="default"
                  icon={IconArrowDown}
                  disabled={index === draft.chosen.length - 1}
                  onClick={() => move(id, 1)}
                >
                  {t('test.down')}
                  <span className="vh">: {text}</span>
                </Button>
              </span>
            </li>
          );
        })}
      </ol>
      <p className="vh" role="status" ref={status} />
    </>
  );
}

/** The right order; a row put elsewhere says where. */
function OrderResult({ question, locale, answer }: QuestionProps & { question: OrderQuestion; answer: Answer }) {
  const { t } = useTranslation('training');
  return (
    <ol className="test-options" aria-label={t('test.rightOrder')}>
      {question.correct.map((id, index) => {
        const option = question.options.find((candidate) => candidate.id === id);
        const mine = placeInOrder(question, answer, id);
        const isRight = mine === index + 1;
        return (
          <li key={id} className={`test-option ${isRight ? 'is-right' : 'is-wrong'}`}>
            <span className="test-place num">{index + 1}</span>
            <span className="grow" lang={htmlLangOf(locale)}>
              {option === undefined ? '' : textIn(option.text, locale)}
            </span>
            <span className={`sm b test-verdict ${isRight ? 'petrol' : 'ochre'}`}>
              {isRight ? t('test.placeRight') : t('test.placeMine', { place: mine })}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

function NumberAnswer({
  question,
  locale,
  draft,
  onDraft,
  answer,
}: QuestionProps & { question: Extract<Question, { kind: 'number' }> }) {
  const { t } = useTranslation('training');
  const format = useFormat();
  const unit = question.unit === null ? '' : textIn(question.unit, locale);
  const value = answer?.kind === 'number' ? format.number(answer.value) : draft.typed;
  return (
    <div className="test-number">
      <TextField
        label={t('test.number')}
        inputMode="decimal"
        value={value}
        readOnly={answer !== null}
        onChange={(typed) => onDraft({ ...draft, typed })}
        side={<span lang={htmlLangOf(locale)}>{unit}</span>}
      />
      {answer !== null && (
        <p className="b">
          {t('test.numberRight', { value: format.number(question.correct.value) })}{' '}
          <span lang={htmlLangOf(locale)}>{unit}</span>
        </p>
      )}
    </div>
  );
}
