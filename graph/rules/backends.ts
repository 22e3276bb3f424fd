import { z } from 'zod';
import { CALLER_HEADERS } from '../../common/caller-headers.ts';
import { judgeEach, ofType, type Finding, type Registered, type Rule } from './registered.ts';

const INTEGRATION = 'aws:apigatewayv2/integration:Integration';

const integrationInputs = z.object({
  integrationType: z.string(),
  integrationUri: z.string(),
  requestParameters: z.record(z.string(), z.string()).default({}),
});

function forgedCallers(all: Registered): Finding[] {
  return judgeEach(all, INTEGRATION, integrationInputs, ({ integrationType, requestParameters }, { id }) => {
    if (integrationType !== 'HTTP_PROXY') return undefined;
    const needsToken = ofType(all, 'aws:apigatewayv2/route:Route').some(
      ({ inputs }) => inputs['target'] === `integrations/${id}` && inputs['authorizationType'] === 'JWT',
    );
    const open = Object.entries(CALLER_HEADERS).find(([header, claim]) => {
      const told = requestParameters[`overwrite:header.${header}`] === `$context.authorizer.claims.${claim}`;
      return !told && (needsToken || requestParameters[`remove:header.${header}`] === undefined);
    });
    return open && `a caller may write the header ${open[0]}, or it says nothing of who calls`;
  });
}

function plainHttp(all: Registered): Finding[] {
  return judgeEach(all, INTEGRATION, integrationInputs, ({ integrationType, integrationUri }) =>
    integrationType === 'HTTP_PROXY' && !integrationUri.startsWith('https://')
      ? "it sends the caller's token without encryption"
      : undefined,
  );
}

/** What an HTTP endpoint is told. */
export const BACKEND_RULES: readonly Rule[] = [
  {
    name: 'callers are not forged',
    says: 'Each HTTP endpoint is told who calls by the token alone.',
    check: forgedCallers,
  },
  {
    name: 'tokens go by https',
    says: 'Each HTTP endpoint is one of https.',
    check: plainHttp,
  },
];
