/** The console’s HTTP contract, typed from the OpenAPI document. */
import createClient from 'openapi-fetch';
import type { components, paths } from './types.ts';

export const api = createClient<paths>({
  baseUrl: location.origin,
  // A page of another site cannot send it: by this the console tells its own page’s requests apart.
  headers: { 'x-soteria-request': '1' },
});

type Schemas = components['schemas'];
export type ClaimRow = Schemas['ClaimRow'];
export type Inventory = Schemas['InventoryAnswer'];
export type RestorePoint = Schemas['RestorePoint'];
export type OperationInList = Schemas['OperationList']['items'][number];
export type Blocker = Schemas['Blocker'];
export type Operation = Schemas['OperationAnswer'];
export type RestoreRequest = Schemas['RestoreRequest'];
/** `secret` is always null, and the client’s types leave out what is only null. */
export type RestorePlan = Omit<Schemas['RestoreAnswer'], 'secret'>;
export type Step = Schemas['StepView'];
export type Recovery = Schemas['RecoveryAnswer'];
export type SelfTest = Schemas['SelfTestState'];
export type Policy = Schemas['Policy'];
export type PolicyPreview = Schemas['PolicyPreview'];
export type Usage = Schemas['UsageAnswer'];
export type NamespacePlan = Schemas['NamespaceRestoreAnswer'];
