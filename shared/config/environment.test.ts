import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { toSoteriaError } from '../errors.ts';
import {
  flag,
  oneOf,
  optionalSecret,
  optionalText,
  readEnvironment,
  text,
  variable,
  wholeNumber,
} from './environment.ts';

const variables = z.object({
  MODE: oneOf(['fast', 'slow'], 'fast'),
  COUNT: wholeNumber(3, { min: 0, max: 10 }),
  IS_ON: flag(false),
  NAME: text('nobody'),
  NOTE: optionalText('letters', /^[a-z]+$/),
  SECRET: optionalSecret(8),
  URL: variable(z.url().optional(), 'an address'),
});
const needed = z.object({ TARGET: variable(z.string().min(1), 'the name of a target') });

function whyNot(schema: Parameters<typeof readEnvironment>[0], env: Record<string, string>): string {
  try {
    readEnvironment(schema, env);
  } catch (thrown) {
    const error = toSoteriaError(thrown);
    expect(error.code).toBe('invalid_settings');
    return error.explanation.why;
  }
  throw new Error('this environment was expected to be refused');
}

describe('the environment', () => {
  it('has defaults for what is unset or empty', () => {
    const defaults = { MODE: 'fast', COUNT: 3, IS_ON: false, NAME: 'nobody' };
    expect(readEnvironment(variables, {})).toEqual(defaults);
    expect(
      readEnvironment(variables, { MODE: '', COUNT: '', IS_ON: '', NAME: '', NOTE: '', SECRET: '', URL: '' }),
    ).toEqual(defaults);
  });

  it('is read into types, and what it does not know is left out', () => {
    const env = {
      MODE: 'slow',
      COUNT: '10',
      IS_ON: 'true',
      NAME: 'jane',
      NOTE: 'x',
      SECRET: '12345678',
      URL: 'http://a',
      PATH: '/bin',
    };
    expect(readEnvironment(variables, env)).toEqual({
      MODE: 'slow',
      COUNT: 10,
      IS_ON: true,
      NAME: 'jane',
      NOTE: 'x',
      SECRET: '12345678',
      URL: 'http://a',
    });
  });

  it.each([
    [{ MODE: 'medium' }, 'MODE is "medium", it must be one of fast, slow'],
    [{ COUNT: '11' }, 'COUNT is "11", it must be a whole number from 0 to 10'],
    [{ COUNT: '1.5' }, 'COUNT is "1.5", it must be a whole number from 0 to 10'],
    [{ COUNT: '0x1' }, 'COUNT is "0x1", it must be a whole number from 0 to 10'],
    [{ IS_ON: 'yes' }, 'IS_ON is "yes", it must be true or false'],
    [{ IS_ON: 'true ' }, 'IS_ON is "true ", it must be true or false'],
    [{ NOTE: 'A' }, 'NOTE is "A", it must be letters'],
    [{ URL: 'a b' }, 'URL is "a b", it must be an address'],
    [{ SECRET: 'short' }, 'SECRET has 5 characters, it must be a text of at least 8 characters'],
  ])('with %j is refused by name, value and what is allowed', (env, why) => {
    expect(whyNot(variables, env)).toBe(why);
  });

  it('is refused with all that is wrong at once', () => {
    const why = whyNot(variables, { MODE: 'x', COUNT: 'y', SECRET: 'topsec9' });
    expect(why.split('; ').map((one) => one.split(' ')[0])).toEqual(['MODE', 'COUNT', 'SECRET']);
    expect(why).not.toContain('topsec9');
  });

  it('is refused for what it lacks', () => {
    expect(whyNot(needed, {})).toBe('TARGET is not set, it must be the name of a target');
  });

  it('is refused without the password in an address', () => {
    expect(whyNot(variables, { MODE: 'http://user:topsecret9@host' })).not.toContain('topsecret9');
  });
});
