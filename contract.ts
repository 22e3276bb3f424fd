import { defineContract } from './program/contract/define-contract.ts';

/** The API's contract, the same in every stack. `Pulumi.<stack>.yaml` sets who may call it. */
export const contract = defineContract({
  permissions: {
    'read:user': 'Read user details',
    'write:user': 'Change user details',
    'read:appointments': 'Read appointments',
  },
  handlers: {
    test: { file: 'handler/test.ts', memory: 128, timeout: 5 },
  },
  routes: {
    'GET /test': { handler: 'test', scopes: ['read:user'] },
  },
  roles: {
    reader: ['read:user'],
  },
});
