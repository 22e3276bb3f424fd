/** Explains why a stack's policies cannot be generated. */
export class RightsError extends Error {
  readonly code = 'rights';
  /** Makes Pulumi's engine print the error without a stack trace. */
  readonly __pulumiRunError = true;
}
