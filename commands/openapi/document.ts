import { compileErrors, dereference, validate } from '@readme/openapi-parser';
import { parse } from 'yaml';
import type { z } from 'zod';
import { UserError } from '../../program/user-error.ts';
import { openApi } from './contract-from-openapi.ts';

/** Options that read no other file and no URL. */
const ALONE = { resolve: { external: false }, dereference: { circular: 'ignore' } } as const;

/**
 * Reads an OpenAPI 3 document, in YAML or JSON, with its references resolved.
 * @throws UserError for a document that is invalid, or refers to another one
 */
export async function readOpenApi(text: string, file: string): Promise<z.infer<typeof openApi>> {
  const rejected = (what: string): never => {
    throw new UserError('openapi', `${file} has ${what}`);
  };
  // Check parsed values, because YAML can write a key in many ways.
  const checked = (key: unknown, value: unknown): unknown => {
    // zod drops this key, and a route whose security is dropped would become public.
    if (key === '__proto__') return rejected('the name __proto__; choose another one');
    if (key === '$ref' && typeof value === 'string' && !value.startsWith('#')) {
      return rejected(`$ref: ${value}, in another file; bundle the document into one file first`);
    }
    return value;
  };
  const document = (): never => parse(text, checked, { merge: true }) as never;
  const result = await validate(document(), ALONE);
  if (!result.valid) throw new UserError('openapi', `${file} is not valid OpenAPI:\n${compileErrors(result)}`);
  const read = openApi.safeParse(await dereference(document(), ALONE));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new UserError('openapi', `${file}, ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`);
}
