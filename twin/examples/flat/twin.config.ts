import type { TwinConfig } from '@auth0-http-api/twin';

export default {
  examplePaths: { 'GET /notes/{id}': '/notes/1' },
  publicRoutes: ['GET /health'],
  production: false,
} satisfies TwinConfig;
