import { compileErrors, dereference, validate } from '@readme/openapi-parser';
import { parse } from 'yaml';
import type { z } from 'zod';
import { UserError } from '../program/user-error.ts';
import { openApi } from './contract-from-openapi.ts';

/** Nothing beside the document is read, neither files nor URLs. */
const ALONE = { resolve: { external: false }, dereference: { circular: 'ignore' } } as const;

/**
 * Reads an OpenAPI 3 document, in YAML or JSON, with its references resolved.
 * @throws UserError for a document that is invalid, or refers to another one
 */
export async function readOpenApi(text: string, file: string): Promise<z.infer<typeof openApi>> {
  const [outside] = /"?\$ref"?\s*:\s*["']?[^#"'\s][^"'\s]*/.exec(text) ?? [];
  if (outside !== undefined) {
    throw new UserError('openapi', `${file} has ${outside}, in another file; bundle the document into one file first`);
  }
  const document = (): never => parse(text, { merge: true }) as never;
  const result = await validate(document(), ALONE);
  if (!result.valid) throw new UserError('openapi', `${file} is not valid OpenAPI:\n${compileErrors(result)}`);
  const read = openApi.safeParse(await dereference(document(), ALONE));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new UserError('openapi', `${file}, ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`);
}
