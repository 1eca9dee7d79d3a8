/**
 * The part of Kustomize that the installation is made with: `resources` (files and folders) and `images`. Any other field would
 * change what is applied to a cluster, so it is refused by name instead of being ignored.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { image, type ManifestObject, manifestObject } from './manifest-object.ts';
import { setImages } from './set-images.ts';

const kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1').optional(),
  kind: z.literal('Kustomization').optional(),
  resources: z.array(z.string().min(1)).min(1),
  images: z.array(image).default([]),
});

/**
 * Every object of the folder's kustomization, in the order of its resources. Throws `invalid_request` naming the file and the field
 * that is not understood.
 */
export function readKustomization(directory: string): ManifestObject[] {
  const path = join(directory, 'kustomization.yaml');
  const [document] = readDocuments(path);
  const { resources, images } = parse(kustomization, document, path);
  const objects = resources.flatMap((resource) => {
    const target = join(directory, resource);
    return isFolder(target, path) ? readKustomization(target) : readObjects(target);
  });
  return objects.map((object) => setImages(object, images));
}

/** Every object of one YAML file; empty documents are skipped. Throws `invalid_request` naming the file. */
export function readObjects(path: string): ManifestObject[] {
  return readDocuments(path).map((document) => parse(manifestObject, document, path));
}

function readDocuments(path: string): unknown[] {
  const text = readOrExplain(path, () => readFileSync(path, 'utf8'));
  const documents = parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw unreadable(path, document.errors.map((error) => error.code).join(', '));
    return document.toJS() as unknown;
  });
  return documents.filter((document) => document !== null);
}

function isFolder(target: string, namedIn: string): boolean {
  return readOrExplain(target, () => statSync(target).isDirectory(), `${namedIn} names it among its resources, and `);
}

function readOrExplain<T>(path: string, read: () => T, context = ''): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(path, `${context}it cannot be read`, error);
  }
}

function parse<S extends z.ZodType>(schema: S, document: unknown, path: string): z.output<S> {
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) =>
    issue.code === 'unrecognized_keys'
      ? `${issue.keys.join(', ')} is not honoured here`
      : `${issue.path.join('.') || 'the document'}: ${issue.message}`,
  );
  throw unreadable(path, faults.join('; '));
}

function unreadable(path: string, why: string, cause?: unknown): SoteriaError {
  return new SoteriaError(
    'invalid_request',
    {
      what: `${path} cannot be used`,
      why,
      fix: 'keep to resources and images in a kustomization, or apply it to a cluster with kubectl apply -k',
    },
    { cause },
  );
}
