import IconFolder from '@tabler/icons-react/dist/esm/icons/IconFolder.mjs';
import { useCommand } from '#renderer/app/use-command.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { Button } from '#renderer/ui/button.tsx';

/** A folder may stand for a stick: a memory card the system mounts elsewhere, a share. */
export function ChooseFolder() {
  const { t } = useTranslation('stick');
  const choose = useCommand('shell.chooseFolder');
  return (
    <Button variant="subtle" icon={IconFolder} onClick={() => void choose.run({})}>
      {t('chooseFolder')}
    </Button>
  );
}
