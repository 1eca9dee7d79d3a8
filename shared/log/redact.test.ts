import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecretName, redact } from './redact.ts';

describe('redaction', () => {
  it.each([
    ['Authorization: Bearer abc.def-ghi_jkl', 'abc.def-ghi_jkl'],
    ['token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln here', 'eyJzdWIiOiJ4In0'],
    ['key AKIAIOSFODNN7EXAMPLE used', 'AKIAIOSFODNN7EXAMPLE'],
    ['b2 K0012345678901234567890123456789 used', 'K0012345678901234567890123456789'],
    ['s3 https://user:hunter22@host/bucket', 'hunter22'],
    ['{"secret_access_key":"wJalrXUtnFEMI"}', 'wJalrXUtnFEMI'],
    ['password=hunter22&x=1', 'hunter22'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----', 'MIIE'],
  ])('takes the credential out of %j', (text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('[redacted]');
  });

  it.each(['volume pvc-1a2b is degraded', 'the token review failed', 's3://bucket@us-east-1/path/', 'fix: try again'])(
    'leaves %j as it is',
    (text) => {
      expect(redact(text)).toBe(text);
    },
  );

  it('looks closely at every text in which a pattern could find something', () => {
    const anchors = [
      '-----BEGIN PRIVATE KEY-----',
      'Basic ',
      'bEaReR ',
      'eyJ',
      'ASIA',
      'K001',
      'ftp://',
      'PassPhrase=',
      'Api_Key: ',
    ];
    const part = fc.oneof(
      fc.constantFrom(...anchors, '=', ':', '"', '@', ' ', '.'),
      fc.stringMatching(/^[A-Za-z0-9.]{0,32}$/),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        // With one of the anchors before it, nothing is passed over; what is found after it must not depend on that.
        expect(redact(`key ${text}`)).toBe(`key ${redact(text)}`);
      }),
    );
  });

  it('removes exactly the texts it was given', () => {
    expect(redact('it is open-sesame!', ['open-sesame'])).toBe('it is [redacted]!');
  });

  it.each([
    'password',
    'AWS_SECRET_ACCESS_KEY',
    'authorization',
    'token',
    'session_token',
    'soteriasignature',
    'apiKey',
  ])('knows %s as the name of a secret', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each(['operation', 'claim', 'code', 'durationMs', 'partitionkey', 'tokens_used'])(
    'takes %s for no secret',
    (name) => {
      expect(isSecretName(name)).toBe(false);
    },
  );
});
