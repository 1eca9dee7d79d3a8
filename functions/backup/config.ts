/** The variables of the function `backup`, beside those every function shares. */
import { readEnvironment } from '@soteria/shared/config/environment.ts';
import { functionVariables } from '@soteria/shared/config/function-settings.ts';
import { z } from 'zod';

const seconds = (fallback: number) => z.coerce.number().int().min(1).max(604_800).default(fallback);
