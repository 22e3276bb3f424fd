/** Says in one sentence for the user why a stack's policies cannot be generated. */
export class RightsError extends Error {
  readonly code = 'rights';
  /** Pulumi's engine prints an error with this mark without its stack trace. */
  readonly __pulumiRunError = true;
}
