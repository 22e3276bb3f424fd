/** What a web application of the tests reads from its environment, as `npm start` wrote it, and where it serves. */
export const settings = {
  issuer: read('AUTH0_ISSUER'),
  clientId: read('AUTH0_CLIENT_ID'),
  clientSecret: read('AUTH0_CLIENT_SECRET'),
  audience: read('AUTH0_AUDIENCE'),
  scope: `${read('AUTH0_SCOPE')} offline_access`,
  apiUrl: read('API_URL'),
  baseUrl: new URL('/', read('AUTH0_CALLBACK_URL')).origin,
};

/** Calls the API as a user. Returns the status and the body. */
export async function callApi(accessToken: string): Promise<string> {
  const response = await fetch(`${settings.apiUrl}/test`, { headers: { authorization: `Bearer ${accessToken}` } });
  return `${response.status} ${await response.text()}`;
}

function read(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}
