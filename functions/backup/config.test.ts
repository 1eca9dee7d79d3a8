import { describe, expect, it } from 'vitest';
import { SoteriaError } from '@soteria/shared/errors.ts';
import { readBackupSettings } from './config.ts';

describe('the settings of the function backup', () => {
  it('have the documented defaults', () => {
    const settings = readBackupSettings({});
    expect(settings.driver).toBe('longhorn');
    expect(settings.longhornUrl).toBe('http://longhorn-backend.longhorn-system.svc:9500');
    expect(settings.rules.defaultMode).toBe('incremental');
    expect(settings.listenAddr).toBe(':8080');
  });

  it('stop the start with the name of every bad variable and what is allowed', () => {
    const start = () =>
      readBackupSettings({ SOTERIA_BACKUP_DRIVER: 'velero', SOTERIA_LONGHORN_BACKUP_MODE: 'differential' });
    expect(start).toThrow(SoteriaError);
    expect(start).toThrow(/SOTERIA_BACKUP_DRIVER is "velero", it must be one of longhorn, restic/);
    expect(start).toThrow(/SOTERIA_LONGHORN_BACKUP_MODE is "differential"/);
  });
});
