import type { ReactNode } from 'react';
import type { Failure } from '#shared/kernel/result.ts';
import IconAlertCircle from '@tabler/icons-react/dist/esm/icons/IconAlertCircle.mjs';
import { useFailureText } from '#renderer/app/failure-text.ts';
import { Icon } from './icon.tsx';

/**
 * A failure in words: what happened, what is safe, what to do next, and the incident number where there is one. `tone`: another where it
 * stops nobody: `ochre` where something of it needs a person, `paper` where it is a state that passes.
 */
export function FailureNote({
  failure,
  actions,
  tone = 'brick',
}: {
  failure: Failure | null;
  actions?: ReactNode;
  tone?: 'brick' | 'ochre' | 'paper';
}) {
  const textOf = useFailureText();
  if (failure === null) return null;
  const { title, text } = textOf(failure);
  return (
    <div className={`note ${tone}`} role={tone === 'brick' ? 'alert' : 'status'}>
      <Icon of={IconAlertCircle} />
      <div className="grow">
        <p className="b">{title}</p>
        {text !== '' && <p className="sm mut">{text}</p>}
        {actions !== undefined && (
          <div className="row g2 wrap" style={{ marginTop: 10 }}>
            {actions}
          </div>
        )}
      </div>
    </div>
  );
}

/** The same in one paragraph, for a place under a field: what to do next is read, not shouted. */
export function FailureLine({ failure }: { failure: Failure | null }) {
  const textOf = useFailureText();
  if (failure === null) return null;
  const { title, text } = textOf(failure);
  return (
    <p className="row g2 top sm brick" role="alert">
      <Icon of={IconAlertCircle} size={16} />
      <span>
        <span className="b">{text === '' ? title : `${title}.`}</span>
        {text !== '' && <span className="mut"> {text}</span>}
      </span>
    </p>
  );
}
