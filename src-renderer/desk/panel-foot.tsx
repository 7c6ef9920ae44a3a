import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';

/** The foot of a panel: the step forward, why it is closed, and «later». */
export function PanelFoot({
  reason,
  isBusy,
  onSave,
  onLater,
}: {
  /** Why nothing can be saved yet; null when it can. */
  reason: string | null;
  isBusy: boolean;
  onSave: () => Promise<void>;
  onLater: (() => void) | null;
}) {
  const { t } = useTranslation('desk');
  return (
    <div className="desk-foot">
      <Button
        variant="filled"
        disabled={reason !== null || isBusy}
        busy={isBusy && t('saving')}
        onClick={() => void onSave()}
      >
        {t('save')}
      </Button>
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
