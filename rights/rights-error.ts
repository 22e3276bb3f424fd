/** Says in one sentence for the user why a stack's policies cannot be generated. */
export class RightsError extends Error {}
