import type { Failure } from '#shared/kernel/result.ts';
import type { ScopeView } from '#shared/sync/contract.ts';
import { useFormat } from '#renderer/i18n/use-format.ts';
import { useTranslation } from '#renderer/i18n/use-translation.ts';
import { usePlaceName } from './place-name.ts';

export type FailureText = {
  /** The cause, one sentence without a full stop. */
  readonly title: string;
  /** What is safe and what to do next; the incident number when there is one. May be empty. */
  readonly text: string;
};

/**
 * Turns a failure into words. Each code has `<code>.title` and `<code>.text` in failures.json; sizes, times and numbers of
 * the failure are formatted and put in, and a partition as the `commission` it is of. A code without words becomes the general message, which names the code.
 */
export function useFailureText(): (failure: Failure) => FailureText {
  const { i18n } = useTranslation('failures');
  const format = useFormat();
  const placeName = usePlaceName();
  return (failure) => {
    const facts: Record<string, string | number> = {};
    for (const [name, value] of Object.entries(failure)) {
      if (typeof value === 'number') {
        facts[name] = isSize(name) ? format.bytes(value) : value;
      } else if (typeof value === 'string') facts[name] = value;
    }
    if (typeof failure['waitSeconds'] === 'number') facts['wait'] = format.clip(failure['waitSeconds']);
    if (typeof failure['partition'] === 'string') {
      const names = failure['names'] as ScopeView['names'] | undefined; // as the core names it
      const { name, path } = placeName({ partition: failure['partition'], names: names ?? null });
      facts['commission'] = path === null ? name : `${name} (${path})`;
    }
    // Codes are data: contracts of later versions may bring some that these catalogues do not name, so keys are plain strings here.
    const translate = i18n.getFixedT(i18n.language, 'failures') as unknown as (key: string, facts: object) => string;
    const say = (key: string): string => translate(key, { code: failure.code, ...facts });
    const named = olderSide(failure) ?? failure.code;
    const known = i18n.exists(`${named}.title`, { ns: 'failures' });
    const code = known ? named : 'unknown';
    const incident = typeof failure['incident'] === 'string' ? say('incident') : '';
    return {
      title: say(`${code}.title`),
      text: [say(`${code}.text`), incident].filter((part) => part !== '').join(' '),
    };
  };
}

/** Of two versions that do not fit, the side that is to be updated; null where that is not known. */
function olderSide({ code, hub, app }: Failure): 'sync/app-old' | 'sync/hub-old' | null {
  if (code !== 'sync/protocol' || typeof hub !== 'number' || typeof app !== 'number' || hub === app) return null;
  return hub > app ? 'sync/app-old' : 'sync/hub-old';
}

function isSize(name: string): boolean {
  return name === 'bytes' || name === 'needed' || name === 'free' || name === 'copied' || name === 'most';
}
