import type { Failure } from '#shared/kernel/result.ts';

/** Why something was refused, as it is counted and said to the operator: the failure's code without the domain. */
export function refusalReason({ code }: Failure): string {
  return code.replace(/^hub\//, '');
}
