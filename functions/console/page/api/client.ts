/** The console’s HTTP contract, typed from the OpenAPI document. */
import createClient from 'openapi-fetch';
import type { components, paths } from './types.ts';

export const api = createClient<paths>({ baseUrl: location.origin });

type Schemas = components['schemas'];
export type ClaimRow = Schemas['ClaimRow'];
export type Inventory = Schemas['InventoryAnswer'];
export type RestorePoint = Schemas['RestorePoint'];
export type OperationInList = Schemas['OperationList']['items'][number];
export type Blocker = Schemas['Blocker'];
