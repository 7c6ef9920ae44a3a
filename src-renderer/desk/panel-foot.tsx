import type { ReactNode } from 'react';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';

/** The foot of a panel: the step forward, why it is closed, and «later». */
export function PanelFoot({
  reason,
  onLater,
  children,
}: {
  reason: string | null;
  onLater: (() => void) | null;
  children: ReactNode;
}) {
  const { t } = useTranslation('desk');
  return (
    <div className="desk-foot">
      {children}
      <span className="grow sm mut" aria-live="polite">
        {reason}
      </span>
      {onLater !== null && (
        <Button variant="subtle" onClick={onLater}>
          {t('later')}
        </Button>
      )}
    </div>
  );
}
