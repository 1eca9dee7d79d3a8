/** How a claim stands: an icon and a word, never a colour alone. */
import { CircleCheck, CircleHelp, ClockAlert, type LucideIcon, ShieldOff } from 'lucide-react';
import type { ClaimRow } from '../api/client.ts';

type Health = ClaimRow['health'];

const marks: Readonly<Record<Health, { readonly icon: LucideIcon; readonly word: string }>> = {
  safe: { icon: CircleCheck, word: 'Safe' },
  late: { icon: ClockAlert, word: 'Late' },
  unprotected: { icon: ShieldOff, word: 'Unprotected' },
  unknown: { icon: CircleHelp, word: 'Unknown' },
};

export const healthWord = (health: Health): string => marks[health].word;

export function HealthMark({ health, size = 18 }: { readonly health: Health; readonly size?: number }) {
  const { icon: Icon, word } = marks[health];
  return (
    <span className={`mark tone-${health}`} title={word}>
      <Icon size={size} aria-hidden="true" />
      <span className="only-read">{word}</span>
    </span>
  );
}
