/** Knative's Service, as far as one machine can honour it. Fields that are harmless to ignore are listed, the others are refused by name. */
import * as z from 'zod';

const keyRef = z.strictObject({ name: z.string(), key: z.string(), optional: z.boolean().optional() });
const objectRef = z.strictObject({ name: z.string(), optional: z.boolean().optional() });

const envVariable = z.strictObject({
  name: z.string().min(1),
  value: z.string().optional(),
  valueFrom: z
    .union([z.strictObject({ configMapKeyRef: keyRef }), z.strictObject({ secretKeyRef: keyRef })])
    .optional(),
});

const envFrom = z.union([
  z.strictObject({ prefix: z.string().optional(), configMapRef: objectRef }),
  z.strictObject({ prefix: z.string().optional(), secretRef: objectRef }),
]);

/** A value that changes nothing on one machine. */
const ignored = z.unknown().optional();

const container = z.strictObject({
  name: z.string().optional(),
  args: z.array(z.string()).default([]),
  env: z.array(envVariable).default([]),
  envFrom: z.array(envFrom).default([]),
  ports: z
    .array(
      z.strictObject({
        name: z.enum(['', 'http1']).optional(),
        containerPort: z.int(),
        protocol: z.literal('TCP').optional(),
      }),
    )
    .max(1)
    .optional(),
  image: ignored,
  imagePullPolicy: ignored,
  readinessProbe: ignored,
  livenessProbe: ignored,
  resources: ignored,
  securityContext: ignored,
  volumeMounts: ignored,
});

/** The members from which kubelet builds a process's environment; also used for a Job's container, which has many others. */
export const containerEnvironment = z.object({ env: container.shape.env, envFrom: container.shape.envFrom });
export type ContainerEnvironment = z.infer<typeof containerEnvironment>;

/** A function keeps no local state and gets its credentials from outside, so it runs without these two volumes; it would not run without others. */
const volume = z.union([
  z.strictObject({ name: z.string(), emptyDir: z.looseObject({}) }),
  z.strictObject({
    name: z.string(),
    projected: z.strictObject({
      sources: z.array(
        z.union([
          z.strictObject({ serviceAccountToken: z.looseObject({}) }),
          z.strictObject({ downwardAPI: z.looseObject({}) }),
        ]),
      ),
      defaultMode: z.int().optional(),
    }),
  }),
]);

export const serviceSpec = z.strictObject({
  template: z.strictObject({
    metadata: z
      .strictObject({
        annotations: z.record(z.string(), z.string()).optional(),
        labels: ignored,
        creationTimestamp: z.null().optional(),
      })
      .optional(),
    spec: z.strictObject({
      containerConcurrency: z.int().min(0).max(1000).default(0),
      timeoutSeconds: z.int().min(1).max(600).default(300),
      responseStartTimeoutSeconds: z.int().min(0).optional(),
      idleTimeoutSeconds: z.literal(0).optional(),
      containers: z.array(container).length(1),
      volumes: z.array(volume).optional(),
      serviceAccountName: ignored,
      automountServiceAccountToken: ignored,
      enableServiceLinks: ignored,
      imagePullSecrets: ignored,
    }),
  }),
});
export type ServiceSpec = z.infer<typeof serviceSpec>;
export type ContainerSpec = ServiceSpec['template']['spec']['containers'][number];

const harmlessInContainer = [
  'image',
  'imagePullPolicy',
  'readinessProbe',
  'livenessProbe',
  'resources',
  'securityContext',
  'volumeMounts',
] as const;
const harmlessInPod = [
  'volumes',
  'serviceAccountName',
  'automountServiceAccountToken',
  'enableServiceLinks',
  'imagePullSecrets',
] as const;

/** The fields of this Service that are accepted and have no effect here, by name. */
export function listIgnoredFields(spec: ServiceSpec): string[] {
  const pod = spec.template.spec;
  const scale = spec.template.metadata?.annotations?.['autoscaling.knative.dev/max-scale'];
  return [
    ...harmlessInPod.filter((field) => pod[field] !== undefined),
    ...pod.containers.flatMap((one) => harmlessInContainer.filter((field) => one[field] !== undefined)),
    // One process serves every request, so a higher limit is kept and never reached.
    ...(scale === undefined || scale === '1' ? [] : ['max-scale']),
  ];
}
