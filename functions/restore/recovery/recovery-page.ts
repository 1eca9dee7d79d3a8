/** The recovery page, to be printed and kept where the cluster is not: Markdown that reads well as plain text. Pure. */
import type { RecoveryFacts } from './recovery-facts.ts';

/** Names come from the targets, where others can write: one line, and nothing that Markdown takes for its own. */
function plain(text: string): string {
  return text.replaceAll(/[\r\n\t]+/g, ' ').replaceAll(/[`|<>*_[\]\\]/g, (sign) => `\\${sign}`);
}

function code(text: string): string {
  return `\`${text.replaceAll(/[`\r\n]+/g, ' ')}\``;
}

function list(items: readonly string[], none: string): string {
  return items.length === 0 ? `${none}\n` : items.map((item) => `- ${item}\n`).join('');
}

function section(title: string, body: string): string {
  return `\n## ${title}\n\n${body}`;
}

function idLines({ cluster_id: id, cluster_uid: uid, is_id_of_this_cluster_alone: isAlone, adopted }: RecoveryFacts) {
  const fate = isAlone
    ? 'It is the uid of this cluster: a new one will have another. Set `SOTERIA_CLUSTER_ID` to it there, or adopt it (step 6).'
    : 'Set `SOTERIA_CLUSTER_ID` to it in the ConfigMap `soteria-config` of the new cluster, which then knows its own points.';
  const others =
    adopted.length === 0 ? '' : `- Adopted from other clusters, to be adopted again: ${adopted.map(code).join(', ')}\n`;
  return `- Cluster id: ${code(id)}. ${fate}\n- Uid of \`kube-system\`: ${code(uid ?? 'unknown')}\n${others}`;
}

function targetLines({ targets }: RecoveryFacts): string {
  const lines = targets.map(({ name, url, credential_secret: secret, is_available: isAvailable }) => {
    const credentials = secret === null ? 'no credential Secret' : `credentials: Secret ${code(secret)}`;
    return `${code(name)}: ${url === '' ? 'no URL' : code(url)}, ${credentials}${isAvailable ? '' : ', **not available now**'}`;
  });
  return list(lines, 'Longhorn has no backup target: there is nothing to recover from.');
}

function encryptedLines({ encrypted }: RecoveryFacts): string {
  const lines = encrypted.map(({ claim, secrets }) => {
    const names = secrets.length === 0 ? 'a Secret that the point does not name' : secrets.map(code).join(', ');
    return `${plain(claim)}: passphrase in ${names}`;
  });
  return list(lines, 'No claim with a restore point is encrypted.');
}

const countedClaims = (count: number): string => `${count} ${count === 1 ? 'claim' : 'claims'}`;

/** `restore` has no right to read the Secret of policies: it knows what the points say. */
function policyLines({ policies }: RecoveryFacts): string {
  const keep =
    '\nThe definitions are to be kept in Git: a ConfigMap with the label `soteria.dev/policies`, in the namespace of Soteria. What was written through ' +
    'the API stands in the cluster alone, in the Secret `soteria-policies`: `GET /v1/policies?format=yaml` prints it as such a ConfigMap.\n';
  const made = policies.map(
    ({ id, claims, newest }) => `${code(id)}: ${countedClaims(claims)}, newest data of ${newest ?? 'unknown'}`,
  );
  const known =
    policies.length === 0 ? '' : 'The targets hold points of these policies, but no definition of a policy:\n\n';
  return `${known}${list(made, 'No point was made by a policy.')}${keep}`;
}

function steps(facts: RecoveryFacts): string[] {
  const { versions, targets, encrypted, backing_images: images, storage_classes: classes, namespaces, adopted } = facts;
  const secrets = [
    ...targets.map(({ credential_secret: secret }) => secret),
    ...encrypted.flatMap((one) => one.secrets),
  ].filter((name) => name !== null);
  const ids = [...(facts.is_id_of_this_cluster_alone ? [facts.cluster_id] : []), ...adopted];
  const adoptions = ids.map((id) => code(`POST /v1/backups/adopt {"cluster_id": "${id}"}`)).join(', ');
  return [
    `Make a cluster: nodes, disks, then Longhorn ${versions.longhorn ?? '(its version is not known)'} or newer, never older.`,
    `Put back the Secrets, from where you keep them: ${secrets.length === 0 ? 'none' : [...new Set(secrets)].map(code).join(', ')}.`,
    `Put back the storage classes (${classes.map(code).join(', ') || 'none are recorded'}) and the backing images (${
      images.map(({ name }) => code(name)).join(', ') || 'none'
    }), under the same names. A backing image whose own backup is on a target is made again by the restore.`,
    `Add the backup targets above in Longhorn, and wait until each is available. Longhorn then lists the points by itself.`,
    `Install Soteria (${code(versions.soteria_image)}), with ${code(`SOTERIA_CLUSTER_ID: ${facts.cluster_id}`)} in the ConfigMap \`soteria-config\`.`,
    adoptions === ''
      ? 'Nothing has to be adopted.'
      : `Adopt what the cluster does not know for its own, each with \`"dry_run": true\` first: ${adoptions}.`,
    'Prove the way: `POST /v1/selftest`, then `GET /v1/selftest` until `is_ready` is true.',
    `Make the namespaces and restore each: ${
      namespaces
        .map(({ namespace }) =>
          code(`POST /v1/restores/namespace {"namespace": "${namespace}", "target_namespace": "${namespace}"}`),
        )
        .join(', ') || 'there are no restore points yet'
    }.`,
    'Bring the policies back, from Git. Under their old ids they know their points: nothing is backed up anew that is fresh.',
    'Then apply the applications, from Git. They find their claims bound.',
  ];
}

export function recoveryPage(facts: RecoveryFacts): string {
  const { namespaces, backing_images: images, storage_classes: classes, without_shape: shapeless, problems } = facts;
  const parts = [
    `# Recovery of cluster ${code(facts.cluster_id)}\n\nWritten ${facts.written_at}. Print it, and keep it where this cluster is not. It holds no password: what is ` +
      `named here has to be kept beside it.\n`,
    ...problems.map(({ what, why, fix }) => `\n**${plain(what)}**: ${plain(why)}. ${plain(fix)}\n`),
    section('Not on the backup targets: keep it elsewhere', idLines(facts)),
    section('Backup targets', targetLines(facts)),
    section('Passphrases of encrypted volumes', encryptedLines(facts)),
    section(
      'Backing images',
      list(
        images.map(({ name, claims }) => `${code(name)}, under ${claims.map(plain).join(', ')}`),
        'No volume stands on one.',
      ),
    ),
    section('Storage classes', list(classes.map(code), 'None is recorded.')),
    section(
      'Claims whose shape is not recorded in full',
      list(shapeless.map(plain), 'None: labels, sizes and access modes of every claim lie with its points.'),
    ),
    section('Policies', policyLines(facts)),
    section(
      'What else is nowhere on the targets',
      'Deployments, Services, ConfigMaps, Secrets and everything else but the data of volumes: keep it in Git. Data since the newest point.\n',
    ),
    section(
      'What there is to restore',
      list(
        namespaces.map(
          ({ namespace, claims, newest }) =>
            `${code(namespace)}: ${countedClaims(claims)}, newest data of ${newest ?? 'unknown'}`,
        ),
        'No restore point of this cluster yet.',
      ),
    ),
    section(
      'On the new cluster, in this order',
      steps(facts)
        .map((step, index) => `${index + 1}. ${step}\n`)
        .join(''),
    ),
  ];
  return parts.join('');
}
