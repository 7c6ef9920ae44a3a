/** Dialogs of the browser itself: they hold the focus and close on Esc without a line of ours. */
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Button, type ButtonProps } from './button.tsx';

/** A dialog or a drawer that is open as long as it is on screen. */
export function Dialog({
  kind = 'modal',
  label,
  labelledBy,
  onClose,
  children,
}: {
  kind?: 'modal' | 'drawer';
  label?: string;
  labelledBy?: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    if (element === null || element.open) return undefined;
    element.showModal();
    return () => element.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={kind}
      aria-label={label}
      aria-labelledby={labelledBy}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current && kind === 'drawer') onClose();
      }}
    >
      {children}
    </dialog>
  );
}

export type Question = {
  title: string;
  /** What will happen and what stays safe. */
  text: ReactNode;
  /** Repeats the verb and the object: «Удалить контакт». */
  confirm: string;
  /** The way out: «Оставить». */
  cancel: string;
  danger?: boolean;
};

/**
 * Asks only about what cannot be undone. Answers `[ask, dialog]`: put `dialog` on the page; `await ask(question)` is true when the
 * person confirmed.
 */
export function useConfirm(): [(question: Question) => Promise<boolean>, ReactNode] {
  const [open, setOpen] = useState<{ question: Question; answer: (value: boolean) => void } | null>(null);
  const id = useId();
  const ask = (question: Question) =>
    new Promise<boolean>((resolve) => {
      setOpen({ question, answer: resolve });
    });
  const answer = (value: boolean) => {
    open?.answer(value);
    setOpen(null);
  };
  if (open === null) return [ask, null];
  const { question } = open;
  const variant: ButtonProps['variant'] = question.danger === true ? 'danger-filled' : 'filled';
  return [
    ask,
    <Dialog key="confirm" labelledBy={id} onClose={() => answer(false)}>
      <div className="bd">
        <h3 id={id}>{question.title}</h3>
        <p>{question.text}</p>
      </div>
      <div className="ft">
        <Button variant="default" onClick={() => answer(false)}>
          {question.cancel}
        </Button>
        <Button variant={variant} onClick={() => answer(true)}>
          {question.confirm}
        </Button>
      </div>
    </Dialog>,
  ];
}
