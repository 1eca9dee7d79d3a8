/** Longhorn's recurring jobs, to be shown as policies. Members that a newer Longhorn adds pass through. */
import * as z from 'zod';
import { objectShape } from '../kubernetes/core-types.ts';
import type { KubernetesObject, ResourceType } from '../kubernetes/resource-type.ts';
import { longhornGroup, longhornVersion } from './resource-types.ts';

const recurringJobSpec = z.looseObject({
  task: z
    .string()
    .nullish()
    .transform((task) => task ?? ''),
  cron: z
    .string()
    .nullish()
    .transform((cron) => cron ?? ''),
  retain: z.number().nullish(),
  concurrency: z.number().nullish(),
  groups: z.array(z.string()).nullish(),
  parameters: z.record(z.string(), z.string()).nullish(),
  /** After 1.12: `count-based` or `age-based`. */
  retentionPolicy: z.string().nullish(),
  /** With `age-based`. */
  retainAge: z.union([z.string(), z.number()]).nullish(),
});

/** Longhorn's CRD requires none of these members: a job without them must not hide the others. */
const recurringJobWire = objectShape.extend({
  spec: recurringJobSpec.nullish().transform((spec) => spec ?? { task: '', cron: '' }),
});

export interface RecurringJob extends KubernetesObject {
  spec: z.infer<typeof recurringJobSpec>;
}

export const recurringJobs: ResourceType<RecurringJob> = {
  group: longhornGroup,
  version: longhornVersion,
  kind: 'RecurringJob',
  plural: 'recurringjobs',
  isNamespaced: true,
  parse: (wire) => recurringJobWire.parse(wire),
};

/** On a Volume, and on a claim that has `jobSourceLabel` too: the value is `enabled`. */
export const jobLabelPrefix = 'recurring-job.longhorn.io/';
export const jobGroupLabelPrefix = 'recurring-job-group.longhorn.io/';
/** On a claim: Longhorn copies the claim's job labels to the Volume. */
export const jobSourceLabel = 'recurring-job.longhorn.io/source';
/** Every volume without a label of a job or a group is in it. */
export const defaultJobGroup = 'default';

export interface LonghornSetting extends KubernetesObject {
  value?: string | undefined;
}

/** A setting holds its value beside `metadata`. */
export const longhornSettings: ResourceType<LonghornSetting> = {
  group: longhornGroup,
  version: longhornVersion,
  kind: 'Setting',
  plural: 'settings',
  isNamespaced: true,
  parse: (wire) => objectShape.extend({ value: z.string().optional() }).parse(wire),
};

export const detachedSetting = 'allow-recurring-job-while-volume-detached';
