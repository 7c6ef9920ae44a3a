import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import IconArrowBackUp from '@tabler/icons-react/dist/esm/icons/IconArrowBackUp.mjs';
import IconBold from '@tabler/icons-react/dist/esm/icons/IconBold.mjs';
import IconEye from '@tabler/icons-react/dist/esm/icons/IconEye.mjs';
import IconH2 from '@tabler/icons-react/dist/esm/icons/IconH2.mjs';
import IconList from '@tabler/icons-react/dist/esm/icons/IconList.mjs';
import IconListNumbers from '@tabler/icons-react/dist/esm/icons/IconListNumbers.mjs';
import IconPencil from '@tabler/icons-react/dist/esm/icons/IconPencil.mjs';
import IconTable from '@tabler/icons-react/dist/esm/icons/IconTable.mjs';
import { repairLocale } from '#renderer/i18n/repair-locale.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';
import { Icon, type TablerIcon } from '#renderer/ui/icon.tsx';
import { LetterRow } from '#renderer/ui/letter-row.tsx';
import { RepairOffer } from '#renderer/ui/repair-offer.tsx';
import { DecisionTextView } from './decision-text-view.tsx';
import { boldEdit, type Edit, enterEdit, lineEdit, type Selection, tableEdit } from './text-edits.ts';

/**
 * The editor of a decision's text. What is typed stays in the field whatever arrives meanwhile: a text changed on another laptop is
 * offered, never put in place of what the person is writing.
 */
export function DecisionEditor({
  label,
  lang,
  value,
  stored,
  tidy,
  onChange,
  onBlur,
}: {
  label: string;
  lang: string;
  value: string;
  /** The text as the store has it, without what is typed here. */
  stored: string;
  /** How the store tidies a text. */
  tidy: (text: string) => string;
  onChange: (text: string) => void;
  onBlur: () => void;
}) {
  const { t } = useTranslation('records');
  const format = useFormat();
  const id = useId();
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(value);
  const [isPreview, setIsPreview] = useState(false);
  /** Texts that came from this editor: when the store shows one of them, nobody else has written. */
  const own = useRef(new Set([value, tidy(value), stored]));
  /** What is in the field, for the moment when something arrives. */
  const typed = useRef(value);
  const [arrived, setArrived] = useState<string | null>(null);
  useEffect(() => {
    if (own.current.has(stored)) return;
    own.current.add(stored);
    if (document.activeElement === area.current || typed.current !== '') setArrived(stored);
    else setText(stored);
  }, [stored]);
  useEffect(() => {
    const field = area.current;
    if (field === null) return;
    field.style.height = 'auto';
    field.style.height = `${Math.max(300, field.scrollHeight)}px`;
  }, [text, isPreview]);

  function take(next: string) {
    own.current.add(tidy(next));
    typed.current = next;
    setText(next);
    onChange(next);
  }

  function apply(edit: Edit | null): boolean {
    const field = area.current;
    if (field === null || edit === null) return false;
    field.focus();
    field.setSelectionRange(edit.from, edit.to);
    // The only way to change a field so that the browser's own undo knows it.
    if (edit.insert === '') document.execCommand('delete');
    else document.execCommand('insertText', false, edit.insert);
    field.setSelectionRange(edit.select.start, edit.select.end);
    return true;
  }

  function run(make: (text: string, selection: Selection) => Edit) {
    const field = area.current;
    if (field !== null) apply(make(field.value, { start: field.selectionStart, end: field.selectionEnd }));
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    const field = event.currentTarget;
    if (event.code === 'Enter' && !event.shiftKey && !event.ctrlKey && !event.nativeEvent.isComposing) {
      if (apply(enterEdit(field.value, { start: field.selectionStart, end: field.selectionEnd })))
        event.preventDefault();
    } else if (event.code === 'KeyB' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run(boldEdit);
    }
  }

  const tool = (icon: TablerIcon, words: string, act: () => void) => (
    <button
      key={words}
      type="button"
      disabled={isPreview}
      onMouseDown={(event) => event.preventDefault()}
      onClick={act}
    >
      <Icon of={icon} />
      {words}
    </button>
  );
  return (
    <div>
      <div className="decision-label">
        <label className="lb grow" htmlFor={id}>
          {label}
        </label>
        <Button
          variant="subtle"
          size="small"
          icon={isPreview ? IconPencil : IconEye}
          aria-pressed={isPreview}
          onClick={() => setIsPreview(!isPreview)}
        >
          {isPreview ? t('editor.write') : t('editor.preview')}
        </Button>
      </div>
      <div className="decision-editor">
        <div className="decision-tools" role="toolbar" aria-label={t('editor.tools')}>
          {tool(IconBold, t('editor.bold'), () => run(boldEdit))}
          {tool(IconH2, t('editor.heading'), () => run((now, selection) => lineEdit(now, selection, 'heading')))}
          {tool(IconListNumbers, t('editor.points'), () => run((now, selection) => lineEdit(now, selection, 'points')))}
          {tool(IconList, t('editor.list'), () => run((now, selection) => lineEdit(now, selection, 'list')))}
          {tool(IconTable, t('editor.table'), () => run(tableEdit))}
          {tool(IconArrowBackUp, t('editor.undo'), () => {
            area.current?.focus();
            document.execCommand('undo');
          })}
        </div>
        {arrived !== null && (
          <div className="note ochre decision-arrived" role="status">
            <div className="grow">
              <p className="b">{t('editor.arrivedTitle')}</p>
              <p className="sm">{t('editor.arrivedText')}</p>
              <details className="sm">
                <summary>{t('editor.arrivedShow')}</summary>
                <div lang={lang}>
                  <DecisionTextView text={arrived} />
                </div>
              </details>
              <div className="row g2 wrap" style={{ marginTop: 8 }}>
                <Button
                  size="small"
                  onClick={() => {
                    take(arrived);
                    setArrived(null);
                  }}
                >
                  {t('editor.takeArrived')}
                </Button>
                <Button
                  size="small"
                  variant="default"
                  onClick={() => {
                    take(text);
                    setArrived(null);
                  }}
                >
                  {t('editor.keepOwn')}
                </Button>
              </div>
            </div>
          </div>
        )}
        {isPreview ? (
          <div className="decision-preview" lang={lang}>
            {text.trim() === '' ? <p className="mut">{t('editor.nothing')}</p> : <DecisionTextView text={text} />}
          </div>
        ) : (
          <>
            <textarea
              ref={area}
              id={id}
              lang={lang}
              spellCheck={false}
              value={text}
              placeholder={t('editor.placeholder')}
              onChange={(event) => take(event.currentTarget.value)}
              onKeyDown={onKeyDown}
              onBlur={onBlur}
            />
            <LetterRow target={area} lang={lang} />
            <RepairOffer target={area} text={text} locale={repairLocale(lang, format.locale, null)} />
          </>
        )}
      </div>
    </div>
  );
}
