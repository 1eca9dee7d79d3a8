/** Where an axis of time has its ticks: between three and twelve of them. Pure. */

const hour = 3_600_000;
const day = 24 * hour;
const steps = [hour / 6, hour, 3 * hour, 6 * hour, day, 2 * day, 7 * day, 30 * day, 90 * day, 365 * day];

export function axisTicks(from: number, to: number): number[] {
  const step = steps.find((one) => (to - from) / one <= 12) ?? 365 * day * Math.ceil((to - from) / (12 * 365 * day));
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, index) => first + index * step);
}
