/** An event no function took: one log line, the letter itself, and then one Kubernetes Event that people and alerts can see. */
import type { AnyEvent, Incoming } from '@soteria/shared/function/contract.ts';
import type { PolicyTickTools } from '../tools.ts';
import { toLetter } from './letter.ts';
import type { Teller } from './tell-letters.ts';

export async function keepDeadLetter(
  { letters, now }: PolicyTickTools,
  teller: Teller,
  event: AnyEvent,
  { log, signal }: Incoming,
): Promise<void> {
  const letter = toLetter(event, now());
  const untold = teller.count();
  log.warn('dead_letter', {
    ce_type: event.type,
    ce_id: event.id,
    ce_source: event.source,
    ce_subject: event.subject,
    letter: letter.id,
    reason: letter.reason,
    isCut: letter.isCut,
    ...(untold === 0 ? {} : { untold }),
  });
  await letters.put(letter, signal);
  if (untold === 0) await teller.tell(letter, { signal, log });
}
