/** Every answer says that Soteria is paused: in the header `Soteria-Paused`, and by `answerJson` in the member `paused`. */
import type { Hono } from 'hono';
import { SoteriaError } from '../errors.ts';
import type { KitEnv } from './contract.ts';

export type IsPaused = (signal?: AbortSignal) => Promise<boolean>;

export const pausedHeader = 'Soteria-Paused';

/** Call it before the routes are added. When the switch cannot be read, the header is left out: a reader must get an answer in any case. */
export function reportPaused(app: Hono<KitEnv>, isPaused: IsPaused): void {
  app.use('/v1/*', async (c, next) => {
    const paused = await ask(isPaused, c.get('incoming').signal);
    c.set('isPaused', paused);
    await next();
    if (paused) c.header(pausedHeader, 'true');
  });
}

async function ask(isPaused: IsPaused, signal: AbortSignal): Promise<boolean> {
  try {
    return await isPaused(signal);
  } catch (error) {
    if (error instanceof SoteriaError) return false;
    throw error;
  }
}
