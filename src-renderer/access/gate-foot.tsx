import IconArrowLeft from '@tabler/icons-react/dist/esm/icons/IconArrowLeft.mjs';
import IconArrowRight from '@tabler/icons-react/dist/esm/icons/IconArrowRight.mjs';
import { Button } from '#renderer/ui/button.tsx';

/** Below the steps before sign-in: the way back, what is still missing, the way on, which sends the form it stands in. */
export function GateFoot({
  back,
  said,
  isReady,
  next,
  busy,
}: {
  back: { readonly words: string; readonly go: () => void } | null;
  said: string | null;
  isReady: boolean;
  next: string;
  /** What is being done; false while nothing is. */
  busy: string | false;
}) {
  return (
    <footer className="gate-foot">
      {back !== null && (
        <span style={{ marginRight: 'auto' }}>
          <Button variant="default" icon={IconArrowLeft} onClick={back.go}>
            {back.words}
          </Button>
        </span>
      )}
      <span className="grow sm mut" aria-live="polite">
        {said}
      </span>
      <Button type="submit" variant="filled" size="big" iconAfter={IconArrowRight} disabled={!isReady} busy={busy}>
        {next}
      </Button>
    </footer>
  );
}
