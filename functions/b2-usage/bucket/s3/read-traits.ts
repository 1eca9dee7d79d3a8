/** The settings of a bucket; a setting that the key may not read, or the store does not have, stays undefined. */
import { SoteriaError } from '@soteria/shared/errors.ts';
import { reasonOf } from '../bucket-errors.ts';
import { readText } from '../exchange.ts';
import type { BucketTraits } from '../port.ts';
import type { S3Client } from './s3-client.ts';

export async function readTraits(client: S3Client, bucket: string, signal: AbortSignal): Promise<BucketTraits> {
  async function ask(question: string): Promise<string | undefined> {
    try {
      return await readText(await client.get(bucket, { [question]: '' }, signal), client.urlOf(bucket));
    } catch (error) {
      if (!(error instanceof SoteriaError)) throw error;
      return reasonOf(error) === 'not_set' ? `${question}Configuration: none` : undefined;
    }
  }
  const versioning = await ask('versioning');
  const objectLock = await ask('object-lock');
  const lifecycle = await ask('lifecycle');
  return {
    isVersioned: isAbout(versioning, 'Versioning') ? versioning.includes('<Status>Enabled</Status>') : undefined,
    hasObjectLock: isAbout(objectLock, 'ObjectLock') ? objectLock.includes('>Enabled<') : undefined,
    hasHiddenVersionRule: isAbout(lifecycle, 'Lifecycle')
      ? lifecycle.includes('<NoncurrentVersionExpiration>')
      : undefined,
  };
}

/** A store that does not know the call may answer with a listing; some call the answer `GetBucket…Response`. */
function isAbout(text: string | undefined, topic: string): text is string {
  const plain = text?.replaceAll('-', '').toLowerCase() ?? '';
  return [`${topic}Configuration`, `GetBucket${topic}Response`].some((name) => plain.includes(name.toLowerCase()));
}
