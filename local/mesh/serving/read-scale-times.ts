/** The times of one Service, from its revision's autoscaling annotations and Knative's own constants. */
import { parseGoDuration } from '../manifest/duration.ts';
import { refuse } from '../manifest/refuse-field.ts';
import type { Manifest } from '../manifest/refuse-field.ts';
import type { ServiceSpec } from '../manifest/service-schema.ts';
import type { ScaleTimes } from './decide-scale.ts';

const graceMs = 30_000;
const drainMs = 30_000;

/** Throws `invalid_request` for an annotation that is not a duration or number, or an autoscaler that is not Knative's own. */
export function readScaleTimes(service: Manifest<ServiceSpec>, sleepPace: number): ScaleTimes {
  const annotations = service.spec.template.metadata?.annotations ?? {};
  const duration = (key: string, fallbackMs: number): number => {
    const text = annotations[`autoscaling.knative.dev/${key}`];
    const ms = text === undefined ? fallbackMs : parseGoDuration(text);
    if (ms === undefined) throw refuseAnnotation(service, key, text);
    return ms;
  };
  const minScale = Number(annotations['autoscaling.knative.dev/min-scale'] ?? '0');
  if (!Number.isInteger(minScale) || minScale < 0) throw refuseAnnotation(service, 'min-scale', String(minScale));
  const autoscaler = annotations['autoscaling.knative.dev/class'] ?? 'kpa.autoscaling.knative.dev';
  if (autoscaler !== 'kpa.autoscaling.knative.dev') throw refuseAnnotation(service, 'class', autoscaler);
  return {
    windowMs: (duration('window', 60_000) + duration('scale-down-delay', 0)) / sleepPace,
    retentionMs: Math.max(graceMs, duration('scale-to-zero-pod-retention-period', 0)) / sleepPace,
    drainMs: drainMs / sleepPace,
    // Knative counts terminationGracePeriodSeconds = timeoutSeconds from the start of the drain.
    killMs: Math.max(0, service.spec.template.spec.timeoutSeconds * 1000 - drainMs),
    minScale,
  };
}

function refuseAnnotation(service: Manifest<ServiceSpec>, key: string, value: string | undefined): Error {
  const { namespace, name } = service;
  const field = `spec.template.metadata.annotations["autoscaling.knative.dev/${key}"] = "${value ?? ''}"`;
  return refuse({ kind: 'Service', namespace, name }, [field]);
}
