/** Plain data as YAML, in block style: for people who put it into Git. Pure. */

export function toYaml(value: unknown, indent = ''): string {
  if (Array.isArray(value)) {
    if (value.every((item) => typeof item !== 'object' || item === null)) return `[${value.map(scalar).join(', ')}]`;
    return value.map((item) => `\n${indent}- ${toYaml(item, `${indent}  `).trimStart()}`).join('');
  }
  if (typeof value !== 'object' || value === null) return scalar(value);
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => {
      const text = toYaml(member, `${indent}  `);
      return `\n${indent}${scalar(key)}:${text.startsWith('\n') ? text : ` ${text}`}`;
    })
    .join('');
}

/** Bare where YAML reads it back as the same string. */
function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const isBare =
    /^[A-Za-z_/][\w./ -]*$/.test(value) && !/^(y|yes|n|no|on|off|true|false|null)$/i.test(value) && !/\s$/.test(value);
  return isBare ? value : JSON.stringify(value);
}
