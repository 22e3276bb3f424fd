import * as pulumi from '@pulumi/pulumi';
import { services } from '../services.ts';
import { SOURCES } from '../contract/claims.ts';
import type { Contract } from '../contract/define-contract.ts';
import type { Settings } from '../../settings.ts';
import type { Side } from './side.ts';

/** Declares one Action that adds the contract's claims, and binds it without touching the tenant's other bindings. */
export function declareClaims({ parent, side, settings }: Side, contract: Contract): void {
  if (Object.keys(contract.claims ?? {}).length === 0) return;
  const name = `${pulumi.getProject()} claims (${settings.stack})`;
  const action = new services.auth0.Action(
    `${side}-claims`,
    {
      name,
      code: actionCode(contract, settings),
      runtime: 'node22',
      supportedTriggers: { id: 'post-login', version: 'v3' },
      deploy: true,
    },
    { parent },
  );
  new services.auth0.TriggerAction(
    `${side}-claims`,
    { trigger: 'post-login', actionId: action.id, displayName: name },
    { parent },
  );
}

/** Returns the Action's code. It runs at every login of the tenant, so it checks the audience first. */
export function actionCode(
  { claims = {}, roles }: Pick<Contract, 'claims' | 'roles'>,
  { audience, secondAudience, stack }: Pick<Settings, 'audience' | 'stack'> & Partial<Pick<Settings, 'secondAudience'>>,
): string {
  const usesRoles = Object.values(claims).includes('user.roles');
  const names = Object.keys(roles).map((role) => [`${role} (${stack})`, role]);
  const lines = Object.entries(claims).map(([name, source]) => `    ${JSON.stringify(name)}: ${SOURCES[source]},`);
  const declaration = `// The names of the roles at Auth0, and in contract.ts.\nconst roles = new Map(${JSON.stringify(names)});\n`;
  const audiences = Object.entries({ audience, secondAudience }).filter(([, identifier]) => identifier !== undefined);
  return `// Generated from the claims of contract.ts by "pulumi up", which overwrites any change.
${audiences.map(([key, identifier]) => `const ${key} = ${JSON.stringify(identifier)};\n`).join('')}${usesRoles ? declaration : ''}
exports.onExecutePostLogin = async (event, api) => {
  if (${audiences.map(([key]) => `event.resource_server?.identifier !== ${key}`).join(' && ')}) return;
  const claims = {
${lines.join('\n')}
  };
  for (const [name, value] of Object.entries(claims)) {
    if (value !== undefined) api.accessToken.setCustomClaim(name, value);
  }
};
`;
}
