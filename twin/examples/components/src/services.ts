export interface Service {
  readonly name: string;
  /** Route keys, each with the permission that it needs. */
  readonly routes: Readonly<Record<string, string>>;
  readonly code: string;
}

export const services: readonly Service[] = [
  {
    name: 'orders',
    routes: { 'GET /orders': 'read:orders', 'GET /orders/{id}': 'read:orders', 'POST /orders': 'write:orders' },
    code: `export const handler = async (event) => ({ path: event.rawPath, stage: event.requestContext.stage, table: process.env.TABLE });`,
  },
  {
    name: 'invoices',
    routes: { 'GET /invoices/{id}': 'read:invoices' },
    code: `export const handler = async (event) => ({ invoice: event.pathParameters.id, bucket: process.env.BUCKET });`,
  },
];

/** The permissions of each service that calls the API. */
export const callers: Readonly<Record<string, readonly string[]>> = {
  storefront: ['read:orders', 'write:orders'],
  accounting: ['read:orders', 'read:invoices'],
};
