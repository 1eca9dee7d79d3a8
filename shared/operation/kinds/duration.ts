/** `90`, `90s`, `15m`, `24h`, `7d` → milliseconds; the text has passed `durationText`. */
const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export function durationMs(text: string): number {
  const unit = text.at(-1);
  const isUnit = unit === 's' || unit === 'm' || unit === 'h' || unit === 'd';
  return Number.parseInt(text, 10) * (isUnit ? unitMs[unit] : 1_000);
}
