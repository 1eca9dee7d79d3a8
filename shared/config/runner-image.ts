/** `SOTERIA_RUNNER_IMAGE`: what our Jobs run. */
import * as z from 'zod';

/** Soteria's own image, which an installation from another registry has to name. */
export const runnerImage = z.string().min(1).default('ghcr.io/soteria-dev/soteria:0.1.0');
