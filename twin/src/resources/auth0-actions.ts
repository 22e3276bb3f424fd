import { z } from 'zod';
import { anyValue, idOf, type ResourceType } from './resource.ts';

/** The triggers whose Actions the twin runs. */
const TRIGGERS = ['post-login', 'credentials-exchange'] as const;
export type Trigger = (typeof TRIGGERS)[number];

const trigger = z.enum(TRIGGERS, { error: `the twin runs Actions only at ${TRIGGERS.join(' and ')}` });

/** Characters. Source: https://auth0.com/docs/customize/actions/limitations */
const LONGEST_CODE = 100_000;

/** Actions and what binds them. Source: https://auth0.com/docs/customize/actions */
export const AUTH0_ACTIONS = {
  'auth0:index/action:Action': {
    outputs: ({ name, identity }) => ({ id: identity.hex(`action ${name}`, 32) }),
    inputs: z.strictObject({
      name: z.string(),
      code: z.string().max(LONGEST_CODE),
      supportedTriggers: z.strictObject({ id: trigger, version: z.enum(['v3', 'v2']) }),
      deploy: z.boolean().default(false),
      runtime: z.enum(['node18', 'node22']).optional(),
      secrets: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
      dependencies: z.array(z.unknown()).max(0, { error: 'the twin installs no npm packages for Actions' }).optional(),
    }),
  },
  'auth0:index/triggerAction:TriggerAction': {
    outputs: idOf('trigger', 'actionId'),
    inputs: z.strictObject({ trigger, actionId: z.string(), displayName: anyValue }),
  },
  'auth0:index/triggerActions:TriggerActions': {
    outputs: idOf('trigger'),
    inputs: z.strictObject({ trigger, actions: z.array(z.strictObject({ id: z.string(), displayName: anyValue })) }),
  },
} as const satisfies Readonly<Record<string, ResourceType>>;
